import { pixelLibrary } from '@face/native';
import { alignedSize, type SimilarityTransform } from './alignment.js';
import type { Pixels, Region } from './pixels.js';
import type { Size } from './size.js';

/**
 * Cuts a face out: for every pixel of the crop the picture is read at the place that `transform` takes there,
 * bilinear, with 0 outside of the picture. The same as OpenCV's warpAffine with INTER_LINEAR and a constant
 * border: whole coordinates are the middles of pixels.
 *
 * @param transform from the picture's pixels to the crop's
 * @returns BGR, 8 bit, 112 * 112 * 3 bytes; black when the transform has no size
 */
export function warpFace(pixels: Pixels, transform: SimilarityTransform): Uint8Array {
  const crop = new Uint8Array(alignedSize * alignedSize * 3);
  const { a, b, dx, dy } = invert(transform);
  const inverse = [a, b, dx, dy] as const;
  if (inverse.every(Number.isFinite)) pixelLibrary().warpFace(pixels, inverse, crop);
  return crop;
}

/** The part of a picture that {@link warpFace} reads; undefined when the crop lies outside of it. */
export function warpedRegion({ width, height }: Size, transform: SimilarityTransform): Region | undefined {
  const { a, b, dx, dy } = invert(transform);
  const last = alignedSize - 1;
  const xs = [0, a, -b, a - b].map((step) => step * last + dx);
  const ys = [0, b, a, a + b].map((step) => step * last + dy);
  const left = Math.max(0, Math.floor(Math.min(...xs)));
  const top = Math.max(0, Math.floor(Math.min(...ys)));
  const right = Math.min(width, Math.floor(Math.max(...xs)) + 2);
  const bottom = Math.min(height, Math.floor(Math.max(...ys)) + 2);
  return right > left && bottom > top ? { left, top, width: right - left, height: bottom - top } : undefined;
}

function invert({ a, b, dx, dy }: SimilarityTransform): SimilarityTransform {
  const squaredScale = a * a + b * b;
  const inverseA = a / squaredScale;
  const inverseB = -b / squaredScale;
  return {
    a: inverseA,
    b: inverseB,
    dx: -(inverseA * dx - inverseB * dy),
    dy: -(inverseB * dx + inverseA * dy),
  };
}
