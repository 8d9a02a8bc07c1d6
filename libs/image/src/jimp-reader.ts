import { FaceError } from '@face/errors';
import { decodeSlots } from './picture-slots.js';
import { readHeader, type HeaderFormat } from './image-header.js';
import { assertWithinLimits, type ImageLimits } from './image-limits.js';
import { JimpWorker } from './jimp-worker.js';
import type { PictureReader } from './picture-reader.js';
import type { Pixels, Region } from './pixels.js';
import type { Size } from './size.js';

const worker = new JimpWorker();

/**
 * BMP, and other formats where sharp has no binary. jimp cannot decode a part or a reduced picture, nor tell the
 * orientation beforehand: the limits are checked with the header, then all of it is decoded at once.
 * @throws FaceError `invalid_image`, `unsupported_image_format`, `image_too_large`, `deadline_exceeded`,
 *   `overloaded`, `cancelled`
 */
export async function openWithJimp(
  bytes: Uint8Array,
  format: HeaderFormat,
  limits: ImageLimits,
  signal?: AbortSignal,
): Promise<PictureReader> {
  const { width, height, fileBytes = 0 } = readHeader(bytes, format);
  assertWithinLimits({ width, height }, limits);
  if (bytes.length < fileBytes) throw new FaceError('invalid_image', `The ${format} image is cut off.`);
  const decode = (): Promise<Pixels> => worker.decode(bytes, format, limits);
  return new DecodedPicture(await decodeSlots.run(width * height, signal, decode));
}

/** Ends the thread that decodes with jimp, if there is one; the next picture would start another. */
export function closeImages(): Promise<void> {
  return worker.close();
}

class DecodedPicture implements PictureReader {
  readonly keepsUpTo = Infinity;

  constructor(private readonly pixels: Pixels) {}

  get size(): Size {
    return this.pixels;
  }

  decode(size: Size): Promise<Pixels> {
    return this.reduce(this.pixels, size);
  }

  decodeRegion({ left, top, width, height }: Region): Promise<Pixels> {
    const data = new Uint8Array(width * height * 3);
    for (let y = 0; y < height; y++) {
      const from = ((top + y) * this.pixels.width + left) * 3;
      data.set(this.pixels.data.subarray(from, from + width * 3), y * width * 3);
    }
    return Promise.resolve({ data, width, height });
  }

  reduce(pixels: Pixels, { width, height }: Size): Promise<Pixels> {
    let reduced = pixels;
    while (reduced.width >= 2 * width && reduced.height >= 2 * height) reduced = halve(reduced);
    return Promise.resolve(reduced);
  }
}

/** Means of 2x2 pixels; an odd last row or column is left out. */
function halve({ data, width, height }: Pixels): Pixels {
  const half = {
    width: width >> 1,
    height: height >> 1,
    data: new Uint8Array((width >> 1) * (height >> 1) * 3),
  };
  for (let y = 0, to = 0; y < half.height; y++) {
    let upper = 2 * y * width * 3;
    for (let x = 0; x < half.width; x++, upper += 3) {
      const lower = upper + width * 3;
      for (let channel = 0; channel < 3; channel++, upper++, to++) {
        const below = lower + channel;
        half.data[to] = (data[upper]! + data[upper + 3]! + data[below]! + data[below + 3]! + 2) >> 2;
      }
    }
  }
  return half;
}
