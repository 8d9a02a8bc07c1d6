import type { FaceError, ImageReference } from '@face/errors';
import type { SourceImage } from '@face/image';
import type { Face } from './face.js';
import { isImageFailure, withImage } from './image-failure.js';

export interface NamedImage {
  readonly image: ImageReference;
}

/** An image of a request and its wanted faces. */
export interface FoundImage extends NamedImage {
  readonly source: SourceImage;
  readonly faces: readonly Face[];
}

/** An image that cannot be used, while the others can. */
export interface FailedImage extends NamedImage {
  readonly error: FaceError;
}

export type ImageOutcome<Success> = Success | FailedImage;

export function hasFailed(outcome: object): outcome is FailedImage {
  return 'error' in outcome;
}

export function hasSucceeded<Success extends object>(outcome: ImageOutcome<Success>): outcome is Success {
  return !hasFailed(outcome);
}

/** Turns an error about the content of this one image into an outcome; all others are thrown. */
export async function outcomeOf<Success>(
  image: ImageReference,
  work: () => Promise<Success>,
): Promise<ImageOutcome<Success>> {
  try {
    return await work();
  } catch (error) {
    const named = withImage(error, image);
    if (isImageFailure(named)) return { image, error: named };
    throw named;
  }
}

/** The first image that cannot be used is the error of the whole request. */
export function throwFirstFailure(outcomes: readonly object[]): void {
  const failed = outcomes.find(hasFailed);
  if (failed !== undefined) throw failed.error;
}

/** The result of an image that cannot be used. */
export function failedResult({ image, error }: FailedImage) {
  return {
    image_id: image.id,
    faces: [],
    num_faces: 0,
    error: { code: error.code, detail: error.message },
  };
}
