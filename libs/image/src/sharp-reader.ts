import { FaceError } from '@face/errors';
import type { Metadata, Sharp, SharpOptions } from 'sharp';
import type sharp from 'sharp';
import { decodeSlots } from './picture-slots.js';
import { unsupportedFormat, type ImageFormat } from './image-format.js';
import { assertWithinLimits, decodingTimedOut, type ImageLimits } from './image-limits.js';
import type { Size } from './size.js';
import type { PictureReader } from './picture-reader.js';
import type { Pixels, Region } from './pixels.js';

type SharpFactory = typeof sharp;

/** Larger pictures are kept reduced: full resolution is needed only for the faces that are small in them. */
const keptPixels = { shrinkingOnLoad: 6_000_000, others: 16_000_000 };

/** Reads the header only. @throws FaceError as {@link PictureReader}, and `image_too_large` */
export async function openWithSharp(
  create: SharpFactory,
  bytes: Uint8Array,
  format: ImageFormat,
  limits: ImageLimits,
): Promise<PictureReader> {
  // The pixel limit is ours, for an error that names the size; nothing is decoded before it is checked.
  const metadata = await create(bytes, { limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => {
      throw new FaceError('invalid_image', `The ${format} image has a broken header.`, { cause: error });
    });
  assertWithinLimits(metadata, limits);
  // Wider samples say nothing about what is white, except in these spaces; libvips would clip them to 0..255.
  const { depth, space } = metadata;
  if (!['uchar', 'ushort'].includes(depth) && !['lab', 'labs', 'scrgb', 'xyz'].includes(space)) {
    throw unsupportedFormat(`${format} (${depth} samples)`);
  }
  return new SharpReader(create, bytes, format, metadata, limits);
}

class SharpReader implements PictureReader {
  readonly size: Size;
  readonly keepsUpTo: number;
  private readonly options: SharpOptions;

  constructor(
    private readonly create: SharpFactory,
    private readonly bytes: Uint8Array,
    private readonly format: ImageFormat,
    private readonly metadata: Metadata,
    private readonly limits: ImageLimits,
  ) {
    this.size = metadata.autoOrient;
    const shrinksOnLoad = format === 'jpeg' || format === 'webp';
    this.keepsUpTo = shrinksOnLoad ? keptPixels.shrinkingOnLoad : keptPixels.others;
    this.options = {
      autoOrient: true,
      limitInputPixels: limits.maxPixels,
      // A JPEG that ends early is shown as far as it goes by browsers and OpenCV, and many cameras leave out
      // the end marker. In the other formats what is missing would be black.
      failOn: format === 'jpeg' ? 'none' : 'error',
      // Embedding models saw pixels as they are in the file, and a profile costs more than the decoding.
      // CMYK has no meaning without one.
      ignoreIcc: metadata.space !== 'cmyk',
    };
  }

  async decode(size: Size, signal?: AbortSignal): Promise<Pixels> {
    if (size.width === this.size.width && size.height === this.size.height) {
      return this.run((picture) => picture, signal);
    }
    // Resizing while decoding multiplies colours by alpha: what is transparent would become black.
    if (this.metadata.hasAlpha) return this.reduce(await this.decode(this.size, signal), size);
    return this.run((picture) => picture.resize({ ...plain(size), fit: 'fill', kernel: 'linear' }), signal);
  }

  decodeRegion(region: Region, signal?: AbortSignal): Promise<Pixels> {
    return this.run((picture) => picture.extract(region), signal);
  }

  async reduce({ data, width, height }: Pixels, size: Size): Promise<Pixels> {
    return toPixels(
      this.create(data, { raw: { width, height, channels: 3 } }).resize({
        ...plain(size),
        fit: 'fill',
        kernel: 'linear',
      }),
    );
  }

  private run(steps: (picture: Sharp) => Sharp, signal: AbortSignal | undefined): Promise<Pixels> {
    return decodeSlots.run(this.metadata.width * this.metadata.height, signal, async () => {
      try {
        const picture = this.create(this.bytes, this.options).timeout({
          seconds: Math.max(1, Math.ceil(this.limits.timeoutSeconds)),
        });
        return await toPixels(steps(picture).toColourspace('srgb').removeAlpha());
      } catch (error) {
        throw this.translate(error);
      }
    });
  }

  private translate(error: unknown): FaceError {
    if (error instanceof Error && /^timeout: /.test(error.message)) return decodingTimedOut(this.limits);
    return new FaceError('invalid_image', `The ${this.format} image cannot be decoded.`, { cause: error });
  }
}

/** sharp refuses options that it does not know, and a size may come with more than its two numbers. */
function plain({ width, height }: Size): Size {
  return { width, height };
}

async function toPixels(picture: Sharp): Promise<Pixels> {
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels !== 3) throw new Error(`${channels} colour channels instead of 3`);
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.length), width, height };
}
