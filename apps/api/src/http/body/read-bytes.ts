import { FaceError } from '@face/errors';
import type { IncomingMessage } from 'node:http';

/** The answer to a body, or one image of it, that is larger than allowed. */
export function tooLarge(what: string, limit: number): FaceError {
  return new FaceError('payload_too_large', `${what} is larger than the ${limit} bytes allowed.`);
}

/** @throws FaceError `payload_too_large` when the announced length is over the limit already. */
export function refuseAnnouncedLength(request: IncomingMessage, limit: number): void {
  const announced = request.headers['content-length'];
  if (announced !== undefined && Number(announced) > limit) throw tooLarge('The body', limit);
}

/**
 * Hands each chunk of the body to `take` until the end.
 * @throws FaceError `payload_too_large` as soon as more than `limit` bytes came; the reason of `signal` when
 * the deadline passes or the caller hangs up.
 */
export function streamBody(
  request: IncomingMessage,
  limit: number,
  signal: AbortSignal,
  take: (chunk: Buffer) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = 0;
    const finish = (error?: Error) => {
      request.off('data', onData).off('end', onEnd).off('error', onError);
      signal.removeEventListener('abort', onAbort);
      if (error === undefined) {
        resolve();
        return;
      }
      request.pause();
      reject(error);
    };
    const onData = (chunk: Buffer) => {
      received += chunk.length;
      if (received > limit) {
        finish(tooLarge('The body', limit));
        return;
      }
      try {
        take(chunk);
      } catch (error) {
        finish(error as Error);
      }
    };
    const onEnd = () => finish();
    const onError = (cause: Error) => {
      finish(new FaceError('cancelled', 'The caller hung up before the body was complete.', { cause }));
    };
    const onAbort = () => finish(signal.reason as Error);
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    signal.addEventListener('abort', onAbort);
    request.on('data', onData).on('end', onEnd).on('error', onError);
  });
}

/** The whole body, at most `limit` bytes; throws as `streamBody` does. */
export async function readBytes(
  request: IncomingMessage,
  limit: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await streamBody(request, limit, signal, (chunk) => chunks.push(chunk));
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
}
