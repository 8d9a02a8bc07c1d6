import { FaceError } from '@face/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imageFormats, sniffFormat } from './image-format.js';

const latin1 = (text: string): Buffer => Buffer.from(text.padEnd(64, '\0'), 'latin1');

describe('sniffFormat', () => {
  it.each([
    ['\xff\xd8\xff\xe0', 'jpeg'],
    ['\x89PNG\r\n\x1a\n', 'png'],
    ['RIFF\x24\0\0\0WEBPVP8 ', 'webp'],
    ['GIF89a', 'gif'],
    ['II*\0', 'tiff'],
    ['MM\0*', 'tiff'],
    ['II+\0', 'tiff'],
    ['\0\0\0\x1cftypavif\0\0\0\0mif1', 'avif'],
    ['\0\0\0\x1cftypmif1\0\0\0\0mif1avif', 'avif'],
    ['BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0', 'bmp'],
  ])('knows %j as %s', (start, format) => {
    expect(sniffFormat(latin1(start))).toBe(format);
  });

  it.each([
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'SVG'],
    ['\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a drawing --><svg width="1">', 'SVG'],
    ['\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'HEIC'],
    ['\0\0\0\x14ftypmif1\0\0\0\0heic', 'HEIC'],
    ['\0\0\0\x0cjP  \r\n\x87\n', 'JPEG 2000'],
    ['\xff\x4f\xff\x51\0', 'JPEG 2000'],
    ['\xff\x0a', 'JPEG XL'],
    ['\0\0\x01\0\x01\0', 'ICO'],
    ['P6\n300 300\n255\n', 'PPM'],
    ['8BPS\0\x01', 'PSD'],
    ['%PDF-1.7', 'PDF'],
    ['\0\0\0\x18ftypisom\0\0\0\0', 'Videos'],
  ])('names %j as %s', (start, name) => {
    const error = refusal(latin1(start));
    expect(error.code).toBe('unsupported_image_format');
    expect(error.message).toContain(name);
  });

  it.each(['', 'x', '<!DOCTYPE html><html>', 'BM is how this sentence begins', 'GIF'])(
    'refuses %j',
    (text) => {
      expect(refusal(Buffer.from(text)).code).toBe('invalid_image');
    },
  );

  it('answers whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        try {
          expect(imageFormats).toContain(sniffFormat(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(FaceError);
        }
      }),
    );
  });
});

function refusal(bytes: Uint8Array): FaceError {
  try {
    sniffFormat(bytes);
  } catch (error) {
    if (error instanceof FaceError) return error;
    throw error;
  }
  throw new Error('accepted');
}
