import { FaceError } from '@face/errors';
import fc from 'fast-check';
import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openImage } from './open-image.js';
import { encoder, gradient } from './picture.fixture.js';

const limits = { maxPixels: 50_000_000, timeoutSeconds: 20 };
const frame = { width: 64, height: 64 };

/** A PNG whose header claims a size, with zeros that compress to next to nothing behind it. */
function pngOf(width: number, height: number, inflatedBytes: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  const data = deflateSync(Buffer.alloc(inflatedBytes));
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** 2x2 grey pixels of 32-bit floating point numbers. */
function floatTiff(): Buffer {
  const tags = [
    [256, 2],
    [257, 2],
    [258, 32],
    [259, 1],
    [262, 1],
    [273, 142],
    [277, 1],
    [278, 2],
    [279, 16],
    [339, 3],
  ];
  const file = Buffer.alloc(158);
  file.write('II*');
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(tags.length, 8);
  tags.forEach(([tag = 0, value = 0], i) => {
    file.writeUInt16LE(tag, 10 + 12 * i);
    file.writeUInt16LE(3, 12 + 12 * i);
    file.writeUInt32LE(1, 14 + 12 * i);
    file.writeUInt16LE(value, 18 + 12 * i);
  });
  return file;
}

async function decode(file: Uint8Array): Promise<Uint8Array> {
  return (await (await openImage(file, limits)).letterbox(frame)).data;
}

describe('openImage', () => {
  it('refuses a decompression bomb by its header, in no time and without memory', async () => {
    const bombs = [pngOf(60_000, 60_000, 1000), pngOf(12_000, 12_000, 100_000_000)];
    const before = process.memoryUsage().rss;
    const began = performance.now();
    for (const bomb of bombs) {
      await expect(openImage(bomb, limits)).rejects.toMatchObject({
        code: 'image_too_large',
        message: expect.stringMatching(
          /is (60000x60000|12000x12000) pixels large; at most 50,000,000/,
        ) as string,
      });
    }
    expect(performance.now() - began).toBeLessThan(5000);
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
  });

  it('compares the pixels with the limit of the caller', async () => {
    const file = await encoder(gradient(100, 100)).jpeg().toBuffer();
    expect((await openImage(file, { ...limits, maxPixels: 10_000 })).width).toBe(100);
    await expect(openImage(file, { ...limits, maxPixels: 9_999 })).rejects.toMatchObject({
      code: 'image_too_large',
    });
  });

  it('never opens an SVG, whatever it refers to', async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/hostname"/></svg>';
    await expect(openImage(Buffer.from(svg), limits)).rejects.toMatchObject({
      code: 'unsupported_image_format',
    });
  });

  it('decodes a JPEG without its end marker, and what there is of a JPEG that ends early', async () => {
    const file = await encoder(gradient(200, 200)).jpeg().toBuffer();
    const whole = await decode(file);
    expect(Buffer.compare(await decode(file.subarray(0, -2)), whole)).toBe(0);
    expect((await decode(file.subarray(0, file.length / 2))).subarray(0, 64 * 3)).toEqual(
      whole.subarray(0, 64 * 3),
    );
  });

  it.each(['png', 'webp', 'tiff', 'gif'] as const)('refuses a %s that ends early', async (format) => {
    const file = await encoder(gradient(200, 200)).toFormat(format).toBuffer();
    await expect(decode(file.subarray(0, file.length / 2))).rejects.toMatchObject({ code: 'invalid_image' });
  });

  it('refuses samples of which nobody knows what is white', async () => {
    await expect(openImage(floatTiff(), limits)).rejects.toMatchObject({ code: 'unsupported_image_format' });
  });

  it('answers for any damage with an error of the closed set', { timeout: 30_000 }, async () => {
    const files = await Promise.all(
      (['jpeg', 'png', 'webp', 'tiff', 'gif', 'avif'] as const).map((format) =>
        encoder(gradient(60, 40)).toFormat(format).toBuffer(),
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 20 }),
        async (file, damage) => {
          const broken = Buffer.from(file);
          for (const [place, value] of damage) broken[place % broken.length] = value;
          try {
            expect((await decode(broken)).length).toBe(64 * 64 * 3);
          } catch (error) {
            expect(error).toBeInstanceOf(FaceError);
            expect((error as FaceError).code).toMatch(
              /^(invalid_image|unsupported_image_format|image_too_large)$/,
            );
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
