import { FaceError } from '@face/errors';
import type { CallContext } from './call-context.js';
import { abortError } from './abort-error.js';

/**
 * Waits for work that others wait for too, and leaves it running when this caller's time is over.
 * @param tooLate what is said at the deadline
 */
export async function withinContext<T>(
  work: Promise<T>,
  { signal, deadline }: CallContext,
  tooLate = 'There was no answer from the model server in time.',
): Promise<T> {
  const { promise: end, reject } = Promise.withResolvers<never>();
  const abort = () => reject(abortError(signal));
  const timer = setTimeout(
    () => reject(new FaceError('deadline_exceeded', tooLate)),
    Math.max(0, deadline - Date.now()),
  );
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, end]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
