import { FaceError } from '@face/errors';
import type { Size } from './size.js';

export interface ImageLimits {
  /** Pixels (width times height) of one image, compared with its header before anything is decoded. */
  readonly maxPixels: number;
  /** Longest time for one decode; libvips looks at it between rows, so its last step may overrun it. */
  readonly timeoutSeconds: number;
}

/** @throws FaceError `image_too_large`, or `invalid_image` for an image without pixels. */
export function assertWithinLimits({ width, height }: Size, { maxPixels }: ImageLimits): void {
  if (!(width > 0 && height > 0)) {
    throw new FaceError('invalid_image', `The image says that it is ${width}x${height} pixels large.`);
  }
  if (width * height > maxPixels) {
    const limit = maxPixels.toLocaleString('en-US');
    throw new FaceError(
      'image_too_large',
      `The image is ${width}x${height} pixels large; at most ${limit} pixels are allowed.`,
    );
  }
}

export function decodingTimedOut({ timeoutSeconds }: ImageLimits): FaceError {
  return new FaceError('deadline_exceeded', `Decoding the image took longer than ${timeoutSeconds} s.`);
}

/** Why a request does not wait for its picture any more, as the error it gets: `cancelled` or `deadline_exceeded`. */
export function abandoned(signal: AbortSignal): FaceError {
  const reason: unknown = signal.reason;
  if (reason instanceof FaceError) return reason;
  if (reason instanceof DOMException && reason.name === 'TimeoutError') {
    return new FaceError('deadline_exceeded', 'The request ran out of time.', { cause: reason });
  }
  return new FaceError('cancelled', 'The request was cancelled.', { cause: reason });
}
