import { afterAll, describe, expect, it } from 'vitest';
import { isHeaderFormat } from './image-header.js';
import { closeImages, openWithJimp } from './jimp-reader.js';
import { openImage } from './open-image.js';
import { bitmapFile, colourAt, encoder, gradient } from './picture.fixture.js';
import type { Pixels } from './pixels.js';
import { SourceImage } from './source-image.js';

const limits = { maxPixels: 1_000_000, timeoutSeconds: 20 };

afterAll(closeImages);

function worstDifference({ data, width, height }: Pixels): number {
  const wanted = gradient(width, height).data;
  return wanted.reduce((worst, value, i) => Math.max(worst, Math.abs(value - data[i]!)), 0);
}

describe('BMP', () => {
  it.each([
    [24, 101, false, 0],
    [24, 102, true, 0],
    [32, 103, false, 0],
    [16, 104, false, 8],
    [16, 105, true, 8],
  ] as const)('of %i bits, %i pixels wide, top down: %s', async (bits, width, topDown, tolerance) => {
    const picture = await openWithJimp(bitmapFile(width, 50, bits, topDown), 'bmp', limits);
    expect(picture.size).toMatchObject({ width, height: 50 });
    expect(worstDifference(await picture.decode(picture.size))).toBeLessThanOrEqual(tolerance);
  });

  it('of 8 bits goes through its palette', async () => {
    const picture = await openWithJimp(bitmapFile(101, 50, 8), 'bmp', limits);
    const { data } = await picture.decode(picture.size);
    expect([...data.subarray(0, 3)]).toEqual(Array(3).fill(colourAt(0.5 / 101, 0)[0]));
  });

  it('goes the whole way of a photo', async () => {
    const image = await openImage(bitmapFile(400, 300, 24), limits);
    expect([image.format, image.width, image.height]).toEqual(['bmp', 400, 300]);
    const { data, scale } = await image.letterbox({ width: 100, height: 100 });
    expect(scale).toBe(0.25);
    const [red, green, blue] = colourAt(50.5 / 100, 30.5 / 75);
    const found = data.subarray((30 * 100 + 50) * 3);
    [blue, green, red].forEach((value, channel) => expect(Math.abs(value - found[channel]!)).toBeLessThan(4));
  });

  it('is refused by its header when it is too large, cut off, or of a kind that would come out wrong', async () => {
    const patched = (at: number, value: number): Buffer => {
      const file = bitmapFile(40, 30, 24);
      file.writeInt32LE(value, at);
      return file;
    };
    const refusal = (file: Buffer): Promise<unknown> =>
      openImage(file, limits).catch((error: unknown) => error);
    expect(await refusal(patched(18, 2_000_000))).toMatchObject({ code: 'image_too_large' });
    expect(await refusal(patched(18, -40))).toMatchObject({ code: 'invalid_image' });
    expect(await refusal(patched(22, 31))).toMatchObject({ code: 'invalid_image' });
    expect(await refusal(bitmapFile(40, 30, 24).subarray(0, 40))).toMatchObject({ code: 'invalid_image' });
    expect(await refusal(patched(30, 1))).toMatchObject({ code: 'unsupported_image_format' });
    expect(await refusal(patched(10, 60))).toMatchObject({ code: 'unsupported_image_format' });
  });
});

describe('where sharp has no binary', () => {
  it.each(['jpeg', 'png', 'gif', 'tiff'] as const)('jimp decodes %s', async (format) => {
    const file = await encoder(gradient(120, 80)).toFormat(format).toBuffer();
    const picture = await openWithJimp(file, format, limits);
    expect(picture.size).toMatchObject({ width: 120, height: 80 });
    expect(worstDifference(await picture.decode(picture.size))).toBeLessThan(format === 'gif' ? 40 : 16);
  });

  it.each([6, 8])('jimp applies EXIF orientation %i', async (orientation) => {
    const stored = encoder(gradient(120, 80)).rotate(orientation === 6 ? 270 : 90);
    const file = await stored.withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer();
    const picture = await openWithJimp(file, 'jpeg', limits);
    expect(picture.size).toMatchObject({ width: 120, height: 80 });
    expect(worstDifference(await picture.decode(picture.size))).toBeLessThan(16);
  });

  it('letterboxes a large picture by halves', async () => {
    const file = await encoder(gradient(900, 700)).png().toBuffer();
    const image = new SourceImage('png', await openWithJimp(file, 'png', limits));
    const { data, scale } = await image.letterbox({ width: 90, height: 90 });
    expect(scale).toBe(0.1);
    const [red, green, blue] = colourAt(20.5 / 90, 60.5 / 70);
    const found = data.subarray((60 * 90 + 20) * 3);
    [blue, green, red].forEach((value, channel) => expect(Math.abs(value - found[channel]!)).toBeLessThan(4));
  });

  it('what could inflate without end is refused', async () => {
    const interlaced = await encoder(gradient(20, 20)).png({ progressive: true }).toBuffer();
    await expect(openWithJimp(interlaced, 'png', limits)).rejects.toMatchObject({
      code: 'unsupported_image_format',
    });
    expect([isHeaderFormat('webp'), isHeaderFormat('avif')]).toEqual([false, false]);
  });
});

describe('the thread of jimp', () => {
  it('is replaced when a picture takes too long', async () => {
    const file = await encoder(gradient(900, 900)).jpeg().toBuffer();
    const late = openWithJimp(file, 'jpeg', { ...limits, timeoutSeconds: 0.001 });
    const next = openWithJimp(bitmapFile(10, 10, 24), 'bmp', limits);
    await expect(late).rejects.toMatchObject({ code: 'deadline_exceeded' });
    expect((await next).size).toMatchObject({ width: 10, height: 10 });
  });

  it('tells what it cannot decode', async () => {
    const file = await encoder(gradient(90, 90)).png().toBuffer();
    file.fill(0, 60);
    await expect(openWithJimp(file, 'png', limits)).rejects.toMatchObject({ code: 'invalid_image' });
  });

  it('starts again after it was closed', async () => {
    await closeImages();
    expect((await openWithJimp(bitmapFile(10, 10, 24), 'bmp', limits)).size.width).toBe(10);
  });
});
