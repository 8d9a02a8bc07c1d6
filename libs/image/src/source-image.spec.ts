import sharp, { type Sharp } from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { arcfaceTemplate, type Landmarks, type Point } from './alignment.js';
import { closeImages } from './jimp-reader.js';
import { openImage } from './open-image.js';
import { bitmapFile, colourAt, encoder, gradient } from './picture.fixture.js';
import type { SourceImage } from './source-image.js';

const limits = { maxPixels: 50_000_000, timeoutSeconds: 20 };
const frame = { width: 96, height: 64 };

afterAll(closeImages);

/** A face that looks straight ahead: the template, enlarged and moved. */
function face(scale: number, left: number, top: number): Landmarks {
  return arcfaceTemplate.map(([x, y]): Point => [x * scale + left, y * scale + top]) as unknown as Landmarks;
}

/** Greatest difference between the letterbox and {@link gradient}, except for the last pixel at each border. */
async function letterboxError(image: SourceImage, size = frame): Promise<number> {
  const { data, scale } = await image.letterbox(size);
  const [width, height] = [Math.round(image.width * scale), Math.round(image.height * scale)];
  let worst = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = (y * size.width + x) * 3;
      const [red, green, blue] = colourAt((x + 0.5) / width, (y + 0.5) / height);
      worst = Math.max(
        worst,
        ...[blue, green, red].map((value, channel) => Math.abs(value - data[at + channel]!)),
      );
    }
  }
  return worst;
}

/** Greatest difference between a crop of `face(scale, left, top)` and {@link gradient}. */
function cropError(crop: Uint8Array, image: SourceImage, scale: number, left: number, top: number): number {
  let worst = 0;
  for (let y = 0; y < 112; y++) {
    for (let x = 0; x < 112; x++) {
      const across = (x * scale + left + 0.5) / image.width;
      const down = (y * scale + top + 0.5) / image.height;
      const at = (y * 112 + x) * 3;
      const [red, green, blue] = colourAt(across, down);
      worst = Math.max(
        worst,
        ...[blue, green, red].map((value, channel) => Math.abs(value - crop[at + channel]!)),
      );
    }
  }
  return worst;
}

describe('SourceImage', () => {
  it.each(['jpeg', 'png', 'webp', 'tiff', 'gif', 'avif'] as const)(
    'reads %s by its content',
    async (format) => {
      const image = await openImage(await encoder(gradient(300, 200)).toFormat(format).toBuffer(), limits);
      expect([image.format, image.width, image.height]).toEqual([format, 300, 200]);
      expect(await letterboxError(image)).toBeLessThan(format === 'gif' ? 60 : 8);
    },
  );

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is upright with EXIF orientation %i', async (orientation) => {
    const upright = gradient(180, 120);
    // Stored the way a camera would: what the orientation then does gives the upright picture again.
    const undo = {
      1: [0, ''],
      2: [0, 'flop'],
      3: [180, ''],
      4: [0, 'flip'],
      5: [90, 'flop'],
      6: [270, ''],
      7: [270, 'flop'],
      8: [90, ''],
    };
    const [angle, mirror] = undo[orientation as keyof typeof undo] as [number, '' | 'flop' | 'flip'];
    const turned = await encoder(upright).rotate(angle).png().toBuffer();
    const stored = mirror === '' ? turned : await sharp(turned)[mirror]().png().toBuffer();
    for (const format of ['jpeg', 'png', 'webp'] as const) {
      const file = await sharp(stored)
        .withMetadata({ orientation })
        .toFormat(format, { quality: 95 })
        .toBuffer();
      const image = await openImage(file, limits);
      expect([image.width, image.height]).toEqual([180, 120]);
      expect(await letterboxError(image)).toBeLessThan(30);
      const [crop] = await image.alignFaces([face(0.8, 40, 20)]);
      expect(cropError(crop!, image, 0.8, 40, 20)).toBeLessThan(30);
    }
  });

  it.each([
    ['16 bit', (file: Sharp) => file.toColourspace('rgb16').png(), 3],
    ['palette', (file: Sharp) => file.png({ palette: true }), 60],
    ['alpha', (file: Sharp) => file.ensureAlpha(0.5).png(), 3],
    ['fully transparent', (file: Sharp) => file.ensureAlpha(0).png(), 3],
    ['4:4:4 progressive', (file: Sharp) => file.jpeg({ progressive: true, chromaSubsampling: '4:4:4' }), 8],
  ])('shows %s as 3 x 8 bits, neither black nor inverted', async (_, encode, tolerance) => {
    const image = await openImage(await encode(encoder(gradient(300, 200))).toBuffer(), limits);
    expect(await letterboxError(image)).toBeLessThan(tolerance);
  });

  it.each([
    ['grey', (file: Sharp) => file.toColourspace('b-w').jpeg()],
    ['grey with alpha', (file: Sharp) => file.toColourspace('b-w').ensureAlpha(0.3).png()],
    ['16 bit grey', (file: Sharp) => file.toColourspace('grey16').png()],
  ])('shows %s with three equal channels', async (_, encode) => {
    const image = await openImage(await encode(encoder(gradient(300, 200))).toBuffer(), limits);
    const { data } = await image.letterbox(frame);
    const plain = await encoder(gradient(300, 200))
      .resize(96, 64, { fit: 'fill' })
      .toColourspace('b-w')
      .raw()
      .toBuffer();
    for (let i = 0; i < plain.length; i++) {
      expect(new Set(data.subarray(3 * i, 3 * i + 3)).size).toBe(1);
      expect(Math.abs(data[3 * i]! - plain[i]!)).toBeLessThan(12);
    }
  });

  it('shows CMYK as light and dark as it is', async () => {
    const grey = await encoder(gradient(300, 200)).toColourspace('b-w').png().toBuffer();
    const file = await sharp(grey).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer();
    expect((await sharp(file).metadata()).space).toBe('cmyk');
    const { data } = await (await openImage(file, limits)).letterbox(frame);
    const plain = await sharp(grey).resize(96, 64, { fit: 'fill' }).toColourspace('srgb').raw().toBuffer();
    plain.forEach((value, i) => expect(Math.abs(data[i]! - value)).toBeLessThan(40));
  });

  describe('of a large photo', () => {
    const [width, height] = [4003, 3001];
    const file = encoder(gradient(width, height)).jpeg({ quality: 90 }).toBuffer();

    it('letterboxes a reduced decode', async () => {
      const image = await openImage(await file, limits);
      expect(await letterboxError(image, { width: 640, height: 640 })).toBeLessThan(5);
    });

    it.each([
      ['large, from the reduced decode', 12, 900, 800],
      ['medium, from another one', 7, 3000, 2000],
      ['small, in full resolution', 1.5, 3700, 2700],
    ])('cuts a face that is %s', async (_, scale, left, top) => {
      const image = await openImage(await file, limits);
      await image.letterbox({ width: 640, height: 640 });
      const [crop] = await image.alignFaces([face(scale, left, top)]);
      expect(cropError(crop!, image, scale, left, top)).toBeLessThan(5);
    });

    it('cuts large and small faces of one photo, in the order asked for', async () => {
      const places: [number, number, number][] = [
        [1, 3000, 100],
        [12, 900, 800],
        [2, 100, 2600],
      ];
      const image = await openImage(await file, limits);
      await image.letterbox({ width: 640, height: 640 });
      const crops = await image.alignFaces(places.map((place) => face(...place)));
      crops.forEach((crop, i) => expect(cropError(crop, image, ...places[i]!)).toBeLessThan(5));
    });

    it('keeps detail that a reduced decode would lose', async () => {
      const stripes = { ...gradient(width, height) };
      stripes.data.forEach((_, i) => (stripes.data[i] = (Math.floor(i / 3) % width) % 2 ? 255 : 0));
      const image = await openImage(await encoder(stripes).jpeg({ quality: 95 }).toBuffer(), limits);
      await image.letterbox({ width: 640, height: 640 });
      const [crop] = await image.alignFaces([face(1, 1000, 1000)]);
      expect(crop![0]).toBeLessThan(40);
      expect(crop![3]).toBeGreaterThan(215);
    });

    it('is upright and in place with EXIF orientation 6 too', async () => {
      const stored = await encoder(gradient(width, height))
        .rotate(270)
        .jpeg()
        .withMetadata({ orientation: 6 })
        .toBuffer();
      const image = await openImage(stored, limits);
      expect([image.width, image.height]).toEqual([width, height]);
      expect(await letterboxError(image, { width: 640, height: 640 })).toBeLessThan(5);
      const places: [number, number, number][] = [
        [1.5, 3700, 100],
        [12, 900, 800],
      ];
      const crops = await image.alignFaces(places.map((place) => face(...place)));
      crops.forEach((crop, i) => expect(cropError(crop, image, ...places[i]!)).toBeLessThan(5));
    });

    it('does not turn what is transparent black', async () => {
      const transparent = await encoder(gradient(2600, 2400))
        .ensureAlpha(0)
        .webp({ lossless: true, exact: true, effort: 0 })
        .toBuffer();
      const image = await openImage(transparent, limits);
      expect(await letterboxError(image, { width: 640, height: 640 })).toBeLessThan(5);
    });
  });

  it('fills with 0 what lies outside of the photo', async () => {
    const image = await openImage(await encoder(gradient(200, 200)).png().toBuffer(), limits);
    await image.letterbox(frame);
    const [half, none] = await image.alignFaces([face(1, -56, 50), face(1, -500, 50)]);
    expect(half!.subarray(0, 3)).toEqual(new Uint8Array(3));
    expect(half![111 * 3]).toBeGreaterThan(0);
    expect(none!.every((value) => value === 0)).toBe(true);
  });

  it('refuses landmarks that are no numbers', async () => {
    const image = await openImage(await encoder(gradient(20, 20)).png().toBuffer(), limits);
    const broken = [[Number.NaN, 1], ...face(1, 0, 0).slice(1)] as unknown as Landmarks;
    await expect(image.alignFaces([broken])).rejects.toMatchObject({ code: 'internal' });
  });

  it.each([
    ['png', () => encoder(gradient(300, 200)).png().toBuffer()],
    ['bmp, whose pixels are decoded only once', () => bitmapFile(300, 200, 24)],
  ])('refuses to show a photo that was released, instead of a black one: %s', async (_, file) => {
    const image = await openImage(await file(), limits);
    await image.letterbox(frame);
    image.release();
    await expect(image.letterbox(frame)).rejects.toMatchObject({ code: 'internal' });
    await expect(image.alignFaces([face(1, 50, 50)])).rejects.toMatchObject({ code: 'internal' });
  });

  it('does not decode for a request that is gone', async () => {
    const image = await openImage(await encoder(gradient(20, 20)).png().toBuffer(), limits);
    await expect(image.letterbox(frame, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });
});
