import type { EnvironmentReader } from './environment-reader.js';

/** Where a program answers scrapes. */
export interface MetricsAddress {
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
}

/**
 * Reads `<prefix>_PORT` and `<prefix>_HOST`.
 * @returns undefined while no port is set: metrics are off, and nothing is counted
 */
export function readMetricsAddress(reader: EnvironmentReader, prefix: string): MetricsAddress | undefined {
  const port = reader.optionalInteger(`${prefix}_PORT`, { min: 0, max: 65_535 });
  const host = reader.text(`${prefix}_HOST`) ?? '127.0.0.1';
  return port === undefined ? undefined : { host, port };
}
