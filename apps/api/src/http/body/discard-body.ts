import type { IncomingMessage, ServerResponse } from 'node:http';

/** How much of a refused body is still taken in, and for how long, so that the caller can read the answer. */
const lingerBytes = 8 * 1024 * 1024;
const lingerMilliseconds = 5000;

/**
 * Before an answer that did not need the whole body: takes in and drops what is still on its way, within
 * bounds, then cuts the connection. Cutting it at once would reset it, and a caller who is still sending
 * would see a broken pipe instead of the answer.
 */
export function discardBody(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete || request.destroyed) return;
  // A caller who waited for "100 Continue" may leave the body out: the next bytes could be anything.
  if (request.headers.expect !== undefined) response.shouldKeepAlive = false;
  let dropped = 0;
  const cut = () => request.socket.destroy();
  const timer = setTimeout(cut, lingerMilliseconds);
  const stop = () => clearTimeout(timer);
  request.once('end', stop);
  request.once('close', stop);
  request.on('data', (chunk: Buffer) => {
    dropped += chunk.length;
    if (dropped > lingerBytes) cut();
  });
  request.resume();
}
