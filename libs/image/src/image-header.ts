import { FaceError } from '@face/errors';
import { unsupportedFormat } from './image-format.js';
import type { Size } from './size.js';

/** What a header promises. */
export interface Header extends Size {
  /** Least length of the file, where the header tells it. */
  readonly fileBytes?: number;
}

/** Formats that jimp decodes, each with the reader of its header. */
const readers = {
  bmp: bmpHeader,
  gif: gifHeader,
  jpeg: jpegHeader,
  png: pngHeader,
  tiff: tiffHeader,
} as const;

export type HeaderFormat = keyof typeof readers;

export function isHeaderFormat(format: string): format is HeaderFormat {
  return Object.hasOwn(readers, format);
}

/**
 * Reads the header, for decoders that would allocate whatever the header says.
 * @returns the size as stored, before any orientation
 * @throws FaceError `invalid_image` when the header is broken, `unsupported_image_format` for variants that jimp
 * is known to decode wrongly or without a bound
 */
export function readHeader(bytes: Uint8Array, format: HeaderFormat): Header {
  try {
    return readers[format](new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    if (error instanceof FaceError) throw error;
    throw new FaceError('invalid_image', `The ${format} image has a broken header.`, { cause: error });
  }
}

/** Microsoft's BITMAPINFOHEADER and its successors. */
function bmpHeader(view: DataView): Header {
  const pixelsAt = view.getUint32(10, true);
  const headerLength = view.getUint32(14, true);
  if (headerLength < 40) throw unsupportedFormat('OS/2 BMP');
  const width = view.getInt32(18, true);
  const height = Math.abs(view.getInt32(22, true));
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  const colours = view.getUint32(46, true);
  // jimp 1.6 mixes up the channels of run-length encoding, stops after the first line of 4 bits, and takes the
  // pixels to begin where the header and the palette end.
  const bitFields = compression === 3;
  if (compression !== 0 && !bitFields) throw unsupportedFormat('Compressed BMP');
  if (![1, 8, 16, 24, 32].includes(bits)) throw unsupportedFormat(`${bits}-bit BMP`);
  const masks = bitFields && headerLength === 40 ? 12 : 0;
  const palette = 4 * (bits <= 8 && colours === 0 ? 2 ** bits : colours);
  if (pixelsAt !== 14 + headerLength + masks + palette)
    throw unsupportedFormat('BMP with a gap before the pixels');
  if (!bitFields && headerLength > 40 && bits !== 24 && bits > 8)
    throw unsupportedFormat(`${bits}-bit BMP of this kind`);
  const rowBytes = 4 * Math.ceil((width * bits) / 32);
  return { width, height, fileBytes: pixelsAt + rowBytes * height };
}

function gifHeader(view: DataView): Size {
  return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

function pngHeader(view: DataView): Size {
  // The decoder inflates an interlaced picture as far as it goes, whatever size the header promises.
  if (view.getUint8(28) !== 0) throw unsupportedFormat('Interlaced PNG');
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

/** Walks the segments to the start of frame (ITU-T T.81, B.1.1.3 and B.2.2). */
function jpegHeader(view: DataView): Size {
  for (let at = 2; ;) {
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (view.getUint8(at) !== 0xff || marker === 0xda) throw new RangeError('no start of frame');
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
}

/** TIFF 6.0: jimp decodes all pages, so their pixels count together: width of the widest, height of all. */
function tiffHeader(view: DataView): Size {
  const little = view.getUint16(0) === 0x4949;
  if (view.getUint16(2, little) !== 42) throw unsupportedFormat('BigTIFF');
  let width = 0;
  let height = 0;
  let directory = view.getUint32(4, little);
  for (let page = 0; directory !== 0; page++) {
    if (page === 100) throw unsupportedFormat('TIFF with more than 100 pages');
    const entries = view.getUint16(directory, little);
    for (let i = 0; i < entries; i++) {
      const entry = directory + 2 + 12 * i;
      const tag = view.getUint16(entry, little);
      const isShort = view.getUint16(entry + 2, little) === 3;
      const value = isShort ? view.getUint16(entry + 8, little) : view.getUint32(entry + 8, little);
      if (tag === 256) width = Math.max(width, value);
      if (tag === 257) height += value;
    }
    directory = view.getUint32(directory + 2 + 12 * entries, little);
  }
  return { width, height };
}
