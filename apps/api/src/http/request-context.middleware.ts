import { FaceError } from '@face/errors';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { attachRequestContext } from './request-context.js';
import { RequestRecord } from './request-record.js';

export const requestIdHeader = 'x-request-id';

/**
 * First middleware of the app: gives each request its id, its deadline (counted from the arrival of the
 * headers) and the signal that the deadline or a caller who hangs up aborts.
 */
export function requestContext(timeoutSeconds: number) {
  return (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const requestId = requestIdOf(request);
    const abort = new AbortController();
    const timeout = timeoutSeconds * 1000;
    attachRequestContext(request, {
      requestId,
      signal: abort.signal,
      deadline: Date.now() + timeout,
      record: new RequestRecord(),
    });
    response.setHeader('X-Request-ID', requestId);

    const timer = setTimeout(() => {
      const sentence = `The request was not finished within its deadline of ${timeoutSeconds} s.`;
      abort.abort(new FaceError('deadline_exceeded', sentence));
    }, timeout);
    response.once('close', () => {
      clearTimeout(timer);
      if (!response.writableFinished) abort.abort(new FaceError('cancelled', 'The caller hung up.'));
    });
    next();
  };
}

/** The caller's own id when it is 1 to 128 printable ASCII characters, else a new one. */
function requestIdOf(request: IncomingMessage): string {
  const given = request.headers[requestIdHeader];
  return typeof given === 'string' && /^[\x20-\x7e]{1,128}$/.test(given) ? given : randomUUID();
}
