import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Options } from 'pino-http';
import { LineBudget } from './line-budget.js';

/** Status of a request whose caller hung up before the answer, as nginx logs it. */
const callerGone = 499;

/** Makes `error` part of the line that is logged when the response is done. */
export function noteFailure(response: ServerResponse, error: Error): void {
  response.err = error;
}

/** What the app knows of a request beside what the request itself tells; goes into its line as it is. */
export type RequestFacts = Readonly<Record<string, string | number | undefined>>;

export interface RequestLogOptions {
  /** Id of a request, as the caller sees it. */
  readonly requestId: (request: IncomingMessage) => string;
  /** Asked when the request is over. Undefined facts are left out. */
  readonly facts: (request: IncomingMessage) => RequestFacts;
  /** Lines of each level that are written in a second; of more, one in a hundred. */
  readonly linesPerSecond: number;
}

/**
 * One line a request: id, method, route, status, duration, the app's facts, and the error when the server failed. Never
 * headers, queries or bodies: keys, photos and embeddings are in there.
 */
export function requestLog({ requestId, facts, linesPerSecond }: RequestLogOptions): Options {
  const budget = new LineBudget(linesPerSecond);
  // Between the two questions that pino-http asks at the end of a request.
  const skippedBefore = new WeakMap<ServerResponse, number>();
  const fields = (request: IncomingMessage, response: ServerResponse, { responseTime }: Timing) => {
    const skipped = skippedBefore.get(response) ?? 0;
    return {
      method: request.method,
      route: routeOf(request),
      status: statusOf(response),
      duration_ms: responseTime,
      ...facts(request),
      ...(skipped === 0 ? {} : { skipped }),
    };
  };
  return {
    genReqId: (request) => requestId(request),
    customAttributeKeys: { reqId: 'request_id' },
    // Without these two every line would repeat the whole request, headers included.
    quietReqLogger: true,
    quietResLogger: true,
    customLogLevel: (request, response) => {
      const level = levelOf(request, response);
      const skipped = budget.take(level);
      if (skipped === undefined) return 'silent';
      skippedBefore.set(response, skipped);
      return level;
    },
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

/** The pattern of the handler, so that requests can be counted by it; undefined when there is none. */
export function routeTemplate(request: IncomingMessage): string | undefined {
  const { route } = request as { readonly route?: { readonly path?: unknown } };
  const path = route?.path;
  // Nest's own middleware sits on a wildcard, which says nothing.
  return typeof path === 'string' && !path.includes('*') ? path : undefined;
}

/** In a line also the path that nothing is at, without its query. */
function routeOf(request: IncomingMessage): string {
  const url = (request as { originalUrl?: string }).originalUrl ?? request.url ?? '';
  return routeTemplate(request) ?? (url.split('?')[0] ?? '').slice(0, 200);
}
