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
export function warpFace({ data, width, height }: Pixels, transform: SimilarityTransform): Uint8Array {
  const crop = new Uint8Array(alignedSize * alignedSize * 3);
  const { a, b, dx, dy } = invert(transform);
  if (!Number.isFinite(dx) || !Number.isFinite(dy)) return crop;
  const stride = width * 3;
  for (let y = 0, to = 0; y < alignedSize; y++) {
    for (let x = 0; x < alignedSize; x++, to += 3) {
      const sourceX = a * x - b * y + dx;
      const sourceY = b * x + a * y + dy;
      const left = Math.floor(sourceX);
      const top = Math.floor(sourceY);
      if (left < -1 || top < -1 || left >= width || top >= height) continue;
      const right = sourceX - left;
      const bottom = sourceY - top;
      let topLeft = (1 - right) * (1 - bottom);
      let topRight = right * (1 - bottom);
      let bottomLeft = (1 - right) * bottom;
      let bottomRight = right * bottom;
      let from = top * stride + left * 3;
      let across = 3;
      let down = stride;
      if (left < 0 || top < 0 || left + 1 >= width || top + 1 >= height) {
        // A neighbour outside counts as black: it gets no weight, and a place inside to read from.
        if (left < 0) {
          topLeft = bottomLeft = 0;
          from += 3;
          across = 0;
        } else if (left + 1 >= width) {
          topRight = bottomRight = across = 0;
        }
        if (top < 0) {
          topLeft = topRight = 0;
          from += stride;
          down = 0;
        } else if (top + 1 >= height) {
          bottomLeft = bottomRight = down = 0;
        }
      }
      const beside = from + across;
      const below = from + down;
      const diagonal = below + across;
      for (let channel = 0; channel < 3; channel++) {
        crop[to + 2 - channel] =
          data[from + channel]! * topLeft +
          data[beside + channel]! * topRight +
          data[below + channel]! * bottomLeft +
          data[diagonal + channel]! * bottomRight +
          0.5;
      }
    }
  }
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
