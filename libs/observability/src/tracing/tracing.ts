import type { Tracing, TracingOptions } from './tracing-options.js';

export interface TracingStart {
  /** Undefined: no traces, and nothing of the SDK is loaded. */
  readonly options: TracingOptions | undefined;
  /** Of the program. */
  readonly version: string;
  /** Is told, rarely, that traces are lost. */
  readonly report: (sentence: string) => void;
}

/** Switches traces on when they are configured: to be called once, before the first request. */
export async function startTracing({ options, version, report }: TracingStart): Promise<Tracing | undefined> {
  if (options === undefined) return undefined;
  const { OtlpTracing } = await import('./otlp-tracing.js');
  return OtlpTracing.start(options, version, report);
}
