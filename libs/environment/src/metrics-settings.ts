import type { EnvironmentReader } from './environment-reader.js';

/** Where a program answers scrapes. */
export interface MetricsAddress {
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
}

/**
 * @param names of the two variables
 * @returns undefined while no port is set: metrics are off, and nothing is counted
 */
export function readMetricsAddress(
  reader: EnvironmentReader,
  names: { readonly host: string; readonly port: string },
): MetricsAddress | undefined {
  const port = reader.optionalInteger(names.port, { min: 0, max: 65_535 });
  const host = reader.text(names.host) ?? '127.0.0.1';
  return port === undefined ? undefined : { host, port };
}
