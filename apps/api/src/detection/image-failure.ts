import { type ErrorCode, FaceError, type ImageReference } from '@face/errors';

/** Longer ids are cut in sentences; `image.id` has them whole. */
const shownIdLength = 64;

/** What can be wrong with the content of one image while the others of its request are usable. */
const contentCodes: readonly ErrorCode[] = [
  'invalid_base64',
  'invalid_image',
  'unsupported_image_format',
  'image_too_large',
  'payload_too_large',
];

/** Adds to an error about the content of an image which image it was; other errors pass unchanged. */
export function withImage(error: unknown, image: ImageReference): unknown {
  if (!(error instanceof FaceError) || !contentCodes.includes(error.code)) return error;
  const id = image.id.length > shownIdLength ? `${image.id.slice(0, shownIdLength)}...` : image.id;
  return new FaceError(error.code, `Image '${id}' at index ${image.index}: ${error.message}`, {
    cause: error,
    image,
  });
}

/** Whether an error is about the content of one image, so that the others can still be answered. */
export function isImageFailure(error: unknown): error is FaceError & { readonly image: ImageReference } {
  return error instanceof FaceError && error.image !== undefined && contentCodes.includes(error.code);
}
