import { FaceError } from '@face/errors';
import { nativeCallBegins } from './native-call-timing.js';
import type { CFunction } from './shared-library.js';

/**
 * Memory that C code in another thread is reading or writing. koffi's asynchronous calls hold no reference to it,
 * so without this set the garbage collector could free it during the call.
 */
const inUse = new Set<readonly unknown[]>();

/**
 * Calls a function that returns a status, on the event loop's own thread.
 * @returns the status.
 */
export function callHere(native: CFunction, values: readonly unknown[]): number {
  const ended = nativeCallBegins(native, 'event_loop');
  const status = native(...values) as number;
  ended?.();
  return status;
}

/**
 * Calls a function that returns a status, in a thread of koffi's pool. The arrays among `values` must not be
 * transferred or changed before the promise settles.
 * @returns the status.
 * @throws FaceError `overloaded` when too many calls are waiting already.
 */
export function callInThread(native: CFunction, values: readonly unknown[]): Promise<number> {
  return new Promise((resolve, reject) => {
    inUse.add(values);
    const ended = nativeCallBegins(native, 'thread');
    const settled = (error: Error | null, status: number): void => {
      inUse.delete(values);
      ended?.();
      if (error === null) resolve(status);
      else reject(new FaceError('native_failed', 'The native call could not be made.', { cause: error }));
    };
    try {
      native.async(...values, settled);
    } catch (error) {
      inUse.delete(values);
      reject(translateRefusal(error));
    }
  });
}

/** koffi refuses before a call starts: either its queue is full, or an argument is of a type it cannot pass. */
function translateRefusal(error: unknown): FaceError {
  if (error instanceof Error && error.message.startsWith('Too many asynchronous calls')) {
    return new FaceError('overloaded', 'Too many native calls are waiting; try again later.', {
      cause: error,
      retryAfterSeconds: 1,
      limit: 'native_calls',
    });
  }
  return new FaceError('native_failed', 'The native call could not be made.', { cause: error });
}
