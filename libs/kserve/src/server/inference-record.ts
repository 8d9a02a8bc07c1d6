import { type Context, SpanKind, SpanStatusCode, context, propagation, trace } from '@opentelemetry/api';
import { type Metadata, status } from '@grpc/grpc-js';
import { channel } from 'node:diagnostics_channel';
import type { InferenceTimes } from './model.js';
import { ProtocolError } from './protocol-error.js';

/** An inference that was asked for, and how it ended. */
export interface InferenceCall {
  /** '' for a model that the server does not offer. */
  readonly model: string;
  /** Name of the gRPC status. */
  readonly code: string;
  readonly seconds: number;
  /** Items of the request; 0 when it was refused before that was known. */
  readonly batchSize: number;
  /** Of an inference that succeeded, when the model tells. */
  readonly times: InferenceTimes | undefined;
}

const calls = channel('face.kserve.inference');
const tracer = trace.getTracer('@face/kserve');

/** Tells of every inference from now on, those of streams too. Nothing is measured while nobody listens. */
export function onInference(listener: (call: InferenceCall) => void): void {
  calls.subscribe((message) => listener(message as InferenceCall));
}

/** Does the work of a call as part of the trace that its client has begun. */
export function withinTraceOf<Result>(metadata: Metadata, work: () => Result): Result {
  const getter = {
    keys: (carrier: Metadata) => Object.keys(carrier.getMap()),
    get: (carrier: Metadata, key: string) => carrier.get(key).map(String),
  };
  return context.with(propagation.extract(context.active(), metadata, getter), work);
}

/** What becomes known of an inference on its way. */
export class InferenceRecord {
  batchSize = 0;
  times: InferenceTimes | undefined;
  private readonly start = performance.now();

  constructor(private readonly model: string) {}

  /** Does the work as a span, with those of its stages below, and tells how it ended. */
  async around<Result>(work: () => Promise<Result>): Promise<Result> {
    const attributes = { 'rpc.system': 'grpc', 'rpc.method': 'ModelInfer', 'face.model': this.model };
    const span = tracer.startSpan(`ModelInfer ${this.model}`.trim(), { kind: SpanKind.SERVER, attributes });
    let code: status = status.OK;
    try {
      return await work();
    } catch (error) {
      code = error instanceof ProtocolError ? error.code : status.INTERNAL;
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      const seconds = (performance.now() - this.start) / 1000;
      if (span.isRecording()) {
        this.addStages(trace.setSpan(context.active(), span));
        span.setAttributes({ 'rpc.grpc.status_code': code, 'face.batch_size': this.batchSize });
      }
      span.end();
      if (calls.hasSubscribers) this.publish(status[code], seconds);
    }
  }

  private publish(code: string, seconds: number): void {
    const { model, batchSize, times } = this;
    calls.publish({ model, code, seconds, batchSize, times } satisfies InferenceCall);
  }

  /** The model tells them afterwards, as they followed each other. */
  private addStages(within: Context): void {
    if (this.times === undefined) return;
    const { queue, input, infer, output } = this.times;
    let at = performance.timeOrigin + this.start;
    for (const [name, nanoseconds] of Object.entries({ queue, input, inference: infer, output })) {
      if (nanoseconds === 0n) continue;
      const end = at + Number(nanoseconds) / 1e6;
      tracer.startSpan(name, { startTime: at }, within).end(end);
      at = end;
    }
  }
}
