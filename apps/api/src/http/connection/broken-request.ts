import type { ErrorCode } from '@face/errors';
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorBody } from '../error-body.js';
import { statusOfCode } from '../status-table.js';
import type { Exchange } from './open-exchanges.js';

/**
 * What Node could not read as HTTP (its parser is strict: two lengths, a length beside chunks, blanks before a colon and
 * other roads to request smuggling end here), or what came too slowly. Nothing of it is repeated, and nothing behind it on
 * the connection is read.
 */
export function answerBrokenRequest(error: Error, socket: Socket, open: readonly Exchange[]): void {
  if (!socket.destroyed && socket.writable && isNextAnswer(open)) socket.end(answer(error));
  // A caller that goes on sending must not keep the connection.
  socket.destroySoon();
}

/** Whether bytes that are written now are read as the answer to what was broken, and not to an earlier request. */
function isNextAnswer(open: readonly Exchange[]): boolean {
  const [first, ...others] = open;
  if (first === undefined) return true;
  return others.length === 0 && !first.request.complete && !first.response.headersSent;
}

function answer(error: Error): string {
  const { code, detail } = explain(error);
  const status = statusOfCode[code];
  const requestId = randomUUID();
  const body = JSON.stringify({ detail, code, request_id: requestId } satisfies ErrorBody);
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'X-Content-Type-Options: nosniff',
    `X-Request-ID: ${requestId}`,
    '',
    body,
  ].join('\r\n');
}

function explain(error: Error): { readonly code: ErrorCode; readonly detail: string } {
  switch ('code' in error ? error.code : undefined) {
    case 'HPE_HEADER_OVERFLOW':
      return { code: 'headers_too_large', detail: 'The headers of the request are larger than allowed.' };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return {
        code: 'payload_too_large',
        detail: 'The chunk extensions of the body are larger than allowed.',
      };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { code: 'request_timeout', detail: 'The request did not arrive in time.' };
    default:
      return { code: 'malformed_request', detail: 'What was sent is no HTTP request.' };
  }
}
