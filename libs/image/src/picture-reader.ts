import type { Size } from './size.js';
import type { Pixels, Region } from './pixels.js';

/** One picture file, opened: its size is known, its pixels are decoded when they are asked for. */
export interface PictureReader {
  /** Upright (EXIF orientation applied), full resolution. */
  readonly size: Size;
  /** Up to this many pixels the whole picture is worth decoding and keeping; a larger one is decoded reduced. */
  readonly keepsUpTo: number;
  /**
   * Decodes everything, at `size` or a little above.
   * @throws FaceError `invalid_image`, `unsupported_image_format` or `deadline_exceeded`
   */
  decode(size: Size, signal?: AbortSignal): Promise<Pixels>;
  /** Decodes one part in full resolution. Errors as in `decode`. */
  decodeRegion(region: Region, signal?: AbortSignal): Promise<Pixels>;
  /** Makes decoded pixels smaller, to `size` or at least to less than twice of it, averaging what falls together. */
  reduce(pixels: Pixels, size: Size): Promise<Pixels>;
}
