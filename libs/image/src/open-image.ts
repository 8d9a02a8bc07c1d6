import { isHeaderFormat } from './image-header.js';
import { sniffFormat, unsupportedFormat } from './image-format.js';
import type { ImageLimits } from './image-limits.js';
import { openWithJimp } from './jimp-reader.js';
import { openWithSharp } from './sharp-reader.js';
import { loadSharp } from './sharp-runtime.js';
import { SourceImage } from './source-image.js';

/**
 * Opens a picture file. Its content alone decides the format. Only the header is read, and checked against the
 * limits, before anything is decoded.
 *
 * @param bytes one file: JPEG, PNG, WebP, GIF (first frame), TIFF (first page), AVIF or BMP. They are read again
 *   later and must not change as long as the image is in use.
 * @throws FaceError `invalid_image`, `unsupported_image_format`, `image_too_large`, `deadline_exceeded`,
 *   `cancelled`, `overloaded`
 */
export async function openImage(
  bytes: Uint8Array,
  limits: ImageLimits,
  signal?: AbortSignal,
): Promise<SourceImage> {
  const format = sniffFormat(bytes);
  const sharp = format === 'bmp' ? undefined : await loadSharp();
  if (sharp) return new SourceImage(format, await openWithSharp(sharp, bytes, format, limits));
  if (!isHeaderFormat(format)) throw unsupportedFormat(`On this machine ${format}`);
  return new SourceImage(format, await openWithJimp(bytes, format, limits, signal));
}
