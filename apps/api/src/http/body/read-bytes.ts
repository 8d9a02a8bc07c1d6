import { FaceError } from '@face/errors';
import { releaseBytes } from '@face/image';
import type { IncomingMessage } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BodyReservation } from './body-budget.js';
import { readingPace } from './reading-pace.js';

/** A body that is about to be read. */
export interface IncomingBody {
  readonly request: IncomingMessage;
  /** Fires at the deadline or when the caller hangs up. */
  readonly signal: AbortSignal;
  readonly reservation: BodyReservation;
}

/** Bytes copied at a time when a body of unknown length is put together. */
const joinedPerTurn = 2_097_152;

/** The answer to a body, or one image of it, that is larger than allowed. */
export function tooLarge(what: string, limit: number): FaceError {
  return new FaceError('payload_too_large', `${what} is larger than the ${limit} bytes allowed.`);
}

/** Of the body, as the caller announced it. */
export function announcedLength({ headers }: IncomingMessage): number | undefined {
  const announced = headers['content-length'];
  return announced === undefined ? undefined : Number(announced);
}

/**
 * Decides from the announced length, before anything is read.
 * @throws FaceError `payload_too_large`, `overloaded`
 */
export function admitAnnouncedLength({ request, reservation }: IncomingBody, limit: number): void {
  const announced = announcedLength(request);
  if (announced === undefined) return;
  if (announced > limit) throw tooLarge('The body', limit);
  reservation.ensure(announced);
}

/**
 * Hands each chunk of the body to `take` until the end.
 * @throws FaceError `payload_too_large` as soon as more than `limit` bytes came; `overloaded` when they are more than
 * there is room for; the reason of `signal`; what `take` throws.
 */
export function streamBody(
  { request, signal, reservation }: IncomingBody,
  limit: number,
  take: (chunk: Buffer) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = 0;
    const finish = (error?: Error) => {
      request.off('data', onData).off('end', onEnd).off('error', onError);
      signal.removeEventListener('abort', onAbort);
      readingPace.leave(request);
      if (error === undefined) {
        resolve();
        return;
      }
      request.pause();
      reject(error);
    };
    const onData = (chunk: Buffer) => {
      received += chunk.length;
      readingPace.took(request, chunk.length);
      try {
        if (received > limit) throw tooLarge('The body', limit);
        reservation.ensure(received);
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
    readingPace.enter(request);
  });
}

/** Memory for so many bytes, which need not be zero. */
type Allocate = (bytes: number) => Buffer<ArrayBuffer>;

const allocateAnew: Allocate = (bytes) => Buffer.allocUnsafeSlow(bytes);

/** The whole body, at most `limit` bytes, in memory of its own; throws as `streamBody` does. */
export async function readBytes(
  body: IncomingBody,
  limit: number,
  allocate: Allocate = allocateAnew,
): Promise<Buffer<ArrayBuffer>> {
  const announced = announcedLength(body.request);
  if (announced === undefined) return readUnannounced(body, limit, allocate);
  // Node ends a request only when all of it is there, so every byte is written.
  const bytes = allocate(announced);
  let received = 0;
  await streamBody(body, limit, (chunk) => {
    bytes.set(chunk, received);
    received += chunk.length;
    releaseBytes(chunk);
  });
  return bytes;
}

async function readUnannounced(
  body: IncomingBody,
  limit: number,
  allocate: Allocate,
): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  await streamBody(body, limit, (chunk) => chunks.push(chunk));
  const bytes = allocate(chunks.reduce((sum, { length }) => sum + length, 0));
  let joined = 0;
  let turn = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, joined);
    joined += chunk.length;
    releaseBytes(chunk);
    if (joined - turn < joinedPerTurn) continue;
    turn = joined;
    await nextTurn();
  }
  return bytes;
}
