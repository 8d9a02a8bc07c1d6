/* eslint no-control-regex: off -- file signatures are full of control characters */
import { FaceError } from '@face/errors';

/** Formats that are decoded. */
export const imageFormats = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif', 'bmp'] as const;
export type ImageFormat = (typeof imageFormats)[number];

const accepted = 'JPEG, PNG, WebP, GIF, TIFF, AVIF or BMP';

/** First bytes (Latin-1) of formats that are decoded; an MPO is a JPEG and gives its first picture. */
const decoded: readonly (readonly [RegExp, ImageFormat])[] = [
  [/^\xff\xd8\xff/, 'jpeg'],
  [/^\x89PNG\r\n\x1a\n/, 'png'],
  [/^RIFF.{4}WEBP/s, 'webp'],
  [/^GIF8[79]a/, 'gif'],
  [/^(II[*+]\0|MM\0[*+])/, 'tiff'],
  // The two bytes alone could be any text: the length of the header that follows must be one that exists.
  [/^BM.{12}[\x0c\x10\x28\x34\x38\x40\x6c\x7c]\0\0\0/s, 'bmp'],
];

/** First bytes of picture formats that are known but not decoded, to name them in the answer. */
const refused: readonly (readonly [RegExp, string])[] = [
  [/^\0\0\0\x0cjP {2}\r\n\x87\n|^\xff\x4f\xff\x51/, 'JPEG 2000'],
  [/^\xff\x0a|^\0\0\0\x0cJXL \r\n\x87\n/, 'JPEG XL'],
  [/^\0\0\x01\0[^\0]/, 'ICO'],
  [/^\0\0\x02\0[^\0]/, 'CUR'],
  [/^P[1-7Ff]\s/, 'PPM (Netpbm)'],
  [/^8BPS\0/, 'PSD'],
  [/^%PDF-/, 'PDF'],
  [/^%!PS/, 'PostScript'],
  [/^v\/1\x01/, 'OpenEXR'],
  [/^#\?(RADIANCE|RGBE)/, 'Radiance HDR'],
  [/^SIMPLE {2}=/, 'FITS'],
  [/^DDS /, 'DDS'],
  [/^qoif/, 'QOI'],
  [/^icns/, 'ICNS'],
  [/^gimp xcf/, 'XCF'],
  [/^(\xb6\xa6\xf2\x08|\x08\xf2\xa6\xb6)/, 'VIPS'],
  [/^(FUJIFILMCCD-RAW|IIR[OS]|IIU\0)/, 'camera raw'],
  [/^(\xd7\xcd\xc6\x9a|\x01\0\0\0.{36} EMF)/s, 'Windows metafile'],
  [/^\x8aMNG\r\n\x1a\n/, 'MNG'],
];

/**
 * Tells the format from the content alone: media types and file names lie.
 * @throws FaceError `invalid_image` when this is no picture, `unsupported_image_format` (naming the format)
 * when it is one that is not decoded.
 */
export function sniffFormat(bytes: Uint8Array): ImageFormat {
  if (bytes.length === 0) throw new FaceError('invalid_image', 'The image is empty.');
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024)).toString('latin1');
  const known = decoded.find(([signature]) => signature.test(start));
  if (known) return known[1];
  if (start.slice(4, 8) === 'ftyp') return isoMediaFormat(start);
  const other = refused.find(([signature]) => signature.test(start));
  if (other) throw unsupportedFormat(other[1]);
  if (/^(\xef\xbb\xbf)?\s*</.test(start) && /<svg[\s>]/i.test(start)) throw unsupportedFormat('SVG');
  throw new FaceError('invalid_image', `The data is not an image in a format known here. Send ${accepted}.`);
}

export function unsupportedFormat(name: string): FaceError {
  return new FaceError('unsupported_image_format', `${name} images are not supported. Send ${accepted}.`);
}

/** AVIF and HEIC share a container (ISO 14496-12); the brands in its first box tell them apart. */
function isoMediaFormat(start: string): ImageFormat {
  const boxLength = Buffer.from(start.slice(0, 4), 'latin1').readUInt32BE();
  const brands = [start.slice(8, 12), ...(start.slice(16, Math.max(16, boxLength)).match(/.{4}/gs) ?? [])];
  if (brands.some((brand) => /^avi[fs]$/.test(brand))) return 'avif';
  if (brands.some((brand) => /^(he[iv][cmsx]|mif1|msf1)$/.test(brand))) throw unsupportedFormat('HEIC');
  if (brands.includes('crx ')) throw unsupportedFormat('CR3 (camera raw)');
  throw new FaceError('unsupported_image_format', `Videos are not supported. Send ${accepted}.`);
}
