/** Traces of this process that are on. */
export interface Tracing {
  /** Sends what is left, for some seconds at most. */
  stop(): Promise<void>;
}

/** Where traces go, and which. Names and defaults are those of the OpenTelemetry specification. */
export interface TracingOptions {
  /** URL that takes OTLP over HTTP, as in `http://collector:4318/v1/traces`. */
  readonly url: string;
  /** Sent with each batch; values are secrets. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of sending one batch. */
  readonly timeoutMs: number;
  readonly serviceName: string;
  /** Of the resource, beside the service's name and version. */
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: TraceSampler;
  /** Part of the traces that a ratio sampler takes, 0 to 1. */
  readonly samplerRatio: number;
  /** Spans that may wait to be sent; more are dropped. */
  readonly maxQueueSize: number;
  readonly maxBatchSize: number;
  /** Between two batches. */
  readonly delayMs: number;
}

export type TraceSampler =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio';
