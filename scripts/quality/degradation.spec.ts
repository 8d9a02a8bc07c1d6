import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { degradations, degrade, shrunkWidth } from './degradation.ts';

/** Black and white in columns of four pixels. */
const striped = () => {
  const side = 250;
  const pixels = Buffer.from({ length: side * side, 0: 0 }).map((_, index) =>
    (index % side) % 8 < 4 ? 0 : 255,
  );
  return sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
    .png()
    .toBuffer();
};

const contrast = async (photo: Buffer) => (await sharp(photo).stats()).channels[0]?.stdev ?? Number.NaN;

describe('a degraded photo', () => {
  it('is the same for the same seed and path, and another one for others', async () => {
    const photo = await striped();
    for (const degradation of degradations) {
      const make = (path: string, seed: string) => degrade(photo, degradation, { path, seed });
      const [once, again, elsewhere, otherwise] = await Promise.all([
        make('a.jpg', '1'),
        make('a.jpg', '1'),
        make('b.jpg', '1'),
        make('a.jpg', '2'),
      ]);
      expect(once.equals(again)).toBe(true);
      expect(once.equals(elsewhere)).toBe(false);
      expect(once.equals(otherwise)).toBe(false);
    }
  });

  it('keeps its size when it is blurred, and loses its detail', async () => {
    const photo = await striped();
    const blurred = await degrade(photo, 'blurred', { path: 'a.jpg', seed: '1' });
    expect(await sharp(blurred).metadata()).toMatchObject({ width: 250, height: 250, format: 'png' });
    expect(await contrast(blurred)).toBeLessThan((await contrast(photo)) / 2);
  });

  it('is as small as the seed draws when it is shrunk', async () => {
    const photo = await striped();
    const widths = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const shrunk = await degrade(photo, 'shrunk', { path: `${index}.jpg`, seed: '1' });
        const { width, height } = await sharp(shrunk).metadata();
        expect(height).toBe(width);
        return width;
      }),
    );
    expect(Math.min(...widths)).toBeGreaterThanOrEqual(shrunkWidth.least);
    expect(Math.max(...widths)).toBeLessThanOrEqual(shrunkWidth.most);
    expect(new Set(widths).size).toBeGreaterThan(5);
  });
});
