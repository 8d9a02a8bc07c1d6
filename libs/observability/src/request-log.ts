import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Options } from 'pino-http';

/** Status of a request whose caller hung up before the answer, as nginx logs it. */
const callerGone = 499;

/** Makes `error` part of the line that is logged when the response is done. */
export function noteFailure(response: ServerResponse, error: Error): void {
  response.err = error;
}

/**
 * One line a request: id, method, route, status, duration, and the error when the server failed. Never
 * headers, queries or bodies: keys, photos and embeddings are in there.
 */
export function requestLog(requestId: (request: IncomingMessage) => string): Options {
  return {
    genReqId: (request) => requestId(request),
    customAttributeKeys: { reqId: 'request_id' },
    // Without these two every line would repeat the whole request, headers included.
    quietReqLogger: true,
    quietResLogger: true,
    customLogLevel: (request, response) => levelOf(request, response),
    customSuccessMessage: (request, response) => sentence(request, response),
    customErrorMessage: (request, response) => sentence(request, response),
    customSuccessObject: (request, response, value: Timing) => fields(request, response, value),
    customErrorObject: (request, response, _error, value: Timing) => ({
      ...fields(request, response, value),
      // Only what was noted: pino-http makes an error up for every other answer from 500 on.
      ...(response.err === undefined ? {} : { err: response.err }),
    }),
  };
}

interface Timing {
  readonly responseTime: number;
}

function fields(request: IncomingMessage, response: ServerResponse, { responseTime }: Timing) {
  return {
    method: request.method,
    route: routeOf(request),
    status: statusOf(response),
    duration_ms: responseTime,
  };
}

function sentence(request: IncomingMessage, response: ServerResponse): string {
  return `${request.method} ${routeOf(request)} ${statusOf(response)}`;
}

function levelOf(request: IncomingMessage, response: ServerResponse) {
  // Probes come every few seconds for ever, and say themselves what is wrong.
  if (routeOf(request).startsWith('/healthz') && response.err === undefined) return 'debug';
  const status = statusOf(response);
  if (status >= 500) return 'error';
  return status >= 400 ? 'warn' : 'info';
}

function statusOf(response: ServerResponse): number {
  return response.writableFinished ? response.statusCode : callerGone;
}

/** The pattern of the handler, so that lines can be counted by it; else the path without its query. */
function routeOf(request: IncomingMessage & { readonly route?: { readonly path?: unknown } }): string {
  const path = request.route?.path;
  // Nest's own middleware sits on a wildcard, which says nothing.
  if (typeof path === 'string' && !path.includes('*')) return path;
  const url = (request as { originalUrl?: string }).originalUrl ?? request.url ?? '';
  return (url.split('?')[0] ?? '').slice(0, 200);
}
