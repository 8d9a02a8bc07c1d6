import { SpanKind, SpanStatusCode, context, propagation, trace } from '@opentelemetry/api';
import { routeTemplate } from '@face/observability';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { requestContextOf } from './request-context.js';

const tracer = trace.getTracer('@face/api');

/**
 * Makes each request a span, which continues the trace of a caller that sent `traceparent`. Probes are left out: they
 * come every few seconds for ever.
 */
export function traceRequest(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  const { method = '', url = '' } = request;
  if (url.startsWith('/healthz')) {
    next();
    return;
  }
  const parent = propagation.extract(context.active(), request.headers);
  const { record, requestId } = requestContextOf(request);
  const attributes = { 'http.request.method': method, 'face.request_id': requestId };
  // What happened before, such as its wait for a turn, belongs to it.
  const startTime = performance.timeOrigin + record.start;
  const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes, startTime }, parent);
  record.span = span;
  response.once('close', () => {
    const route = routeTemplate(request);
    if (route !== undefined) span.updateName(`${method} ${route}`).setAttribute('http.route', route);
    const { images, faces, candidates, error } = record;
    for (const [name, value] of Object.entries({ images, faces, candidates })) {
      if (value !== undefined) span.setAttribute(`face.${name}`, value);
    }
    if (response.writableFinished) span.setAttribute('http.response.status_code', response.statusCode);
    if (error !== undefined) span.setAttribute('error.type', error.code);
    if (!response.writableFinished || response.statusCode >= 500) {
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  });
  context.with(trace.setSpan(parent, span), next);
}
