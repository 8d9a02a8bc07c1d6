import { FaceError } from '@face/errors';

/** Why a signal was aborted, as an error of ours: a FaceError given as the reason, otherwise `cancelled`. */
export function abortError({ reason }: AbortSignal): FaceError {
  if (reason instanceof FaceError) return reason;
  return new FaceError('cancelled', 'The caller went away before the answer was ready.', { cause: reason });
}
