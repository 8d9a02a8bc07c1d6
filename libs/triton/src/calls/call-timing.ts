import { type Span, SpanKind, SpanStatusCode, context, propagation, trace } from '@opentelemetry/api';
import { type Metadata, status } from '@grpc/grpc-js';
import { channel } from 'node:diagnostics_channel';
import { isGrpcFailure } from '../failures/grpc-failure.js';

/** One attempt of a call to the model server that has ended, or a call that was refused without one. */
export interface TritonCall {
  /** Without its service, as in `ModelInfer`. */
  readonly method: string;
  /** Of our two, '' for calls about the server. */
  readonly model: string;
  /** Name of the gRPC status, as in `OK` or `UNAVAILABLE`. */
  readonly code: string;
  /** 0 without an attempt. */
  readonly seconds: number;
}

/** What a call is about. */
interface TimedSubject {
  /** Of the method, as in `/inference.GRPCInferenceService/ModelInfer`. */
  readonly path: string;
  readonly model: string | undefined;
}

const calls = channel('face.triton.call');
const tracer = trace.getTracer('@face/triton');

/** Tells of every attempt of a call from now on, and of calls without one. Nothing is measured while nobody listens. */
export function onTritonCall(listener: (call: TritonCall) => void): void {
  calls.subscribe((message) => listener(message as TritonCall));
}

/**
 * Makes one attempt of a call: measured, and, when it belongs to a trace, as a span of it that the server continues.
 * @param call is given the metadata to send
 */
export async function timedCall<Response>(
  { path, model = '', metadata }: TimedSubject & { readonly metadata: Metadata },
  call: (metadata: Metadata) => Promise<Response>,
): Promise<Response> {
  const traced = trace.getSpan(context.active()) !== undefined;
  if (!traced && !calls.hasSubscribers) return call(metadata);
  const [, service = '', method = ''] = path.split('/');
  // What belongs to no request, such as a health check, makes no trace of its own.
  const span = traced ? startSpan(service, method, model) : undefined;
  const start = performance.now();
  let code: status = status.OK;
  try {
    return await call(span === undefined ? metadata : withTrace(metadata, span));
  } catch (error) {
    code = isGrpcFailure(error) ? error.code : status.UNKNOWN;
    span?.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span?.setAttribute('rpc.grpc.status_code', code);
    span?.end();
    const seconds = (performance.now() - start) / 1000;
    if (calls.hasSubscribers)
      calls.publish({ method, model, code: status[code], seconds } satisfies TritonCall);
  }
}

/** Tells of a call that was refused without an attempt, as gRPC itself would: callers see no difference. */
export function tellUntriedCall({ path, model = '' }: TimedSubject): void {
  const [, service = '', method = ''] = path.split('/');
  const code = status.UNAVAILABLE;
  if (trace.getSpan(context.active()) !== undefined) {
    const span = startSpan(service, method, model);
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.setAttribute('rpc.grpc.status_code', code);
    span.end();
  }
  if (calls.hasSubscribers)
    calls.publish({ method, model, code: status[code], seconds: 0 } satisfies TritonCall);
}

function startSpan(service: string, method: string, model: string): Span {
  return tracer.startSpan(`${service}/${method}`, {
    kind: SpanKind.CLIENT,
    attributes: {
      'rpc.system': 'grpc',
      'rpc.service': service,
      'rpc.method': method,
      ...(model === '' ? {} : { 'face.model': model }),
    },
  });
}

/** The metadata are the same for all calls, so each call of a trace has a copy. */
function withTrace(metadata: Metadata, span: Span): Metadata {
  const copy = metadata.clone();
  propagation.inject(trace.setSpan(context.active(), span), copy, {
    set: (carrier, key, value) => carrier.set(key, value),
  });
  return copy;
}
