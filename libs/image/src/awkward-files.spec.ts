import { FaceError } from '@face/errors';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { closeImages, openImage, type Landmarks } from './index.js';

/** Files that break decoders; they lie outside of the project, since not all may be passed on. */
const folder = new URL('../../../../shared/data/awkward/', import.meta.url);
const present = existsSync(folder);
if (!present) console.log('skipped: there is no folder ../shared/data/awkward');

const limits = { maxPixels: 50_000_000, timeoutSeconds: 20 };
const face: Landmarks = [
  [10, 10],
  [20, 10],
  [15, 15],
  [11, 20],
  [19, 20],
];
const refusals = ['invalid_image', 'unsupported_image_format', 'image_too_large'];

interface Outcome {
  /** `525x675`, or the code of the refusal. */
  readonly result: string;
  /** Mean and range of the letterbox's bytes. */
  readonly brightness: number;
  readonly contrast: number;
}

async function outcomeOf(path: string): Promise<Outcome> {
  try {
    const image = await openImage(
      readFileSync(new URL(encodeURIComponent(path).replaceAll('%2F', '/'), folder)),
      limits,
    );
    const { data, scale } = await image.letterbox({ width: 320, height: 320 });
    await image.alignFaces([face]);
    const seen = data.subarray(0, Math.max(1, Math.round(image.height * scale)) * 320 * 3);
    return {
      result: `${image.width}x${image.height}`,
      brightness:
        seen.reduce((sum, value) => sum + value, 0) / (image.width * scale * image.height * scale * 3),
      contrast: seen.reduce((most, value) => Math.max(most, value), 0),
    };
  } catch (error) {
    if (!(error instanceof FaceError) || !refusals.includes(error.code)) throw error;
    return { result: error.code, brightness: 0, contrast: 0 };
  }
}

afterAll(closeImages);

describe.skipIf(!present)('awkward files', () => {
  const rows = (present ? readFileSync(new URL('expected.csv', folder), 'utf8') : '')
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => line.split(',') as [path: string, kind: string, ...rest: string[]]);

  it.each(rows)('%s (%s)', { timeout: 20_000 }, async (path, kind) => {
    const began = performance.now();
    const memory = process.memoryUsage().rss;
    const { result, brightness, contrast } = await outcomeOf(path);
    const name = path.slice(path.indexOf('/') + 1);
    if (/^exif_orientation_/.test(name)) expect(result).toBe('525x675');
    else if (/^Landscape_/.test(name)) expect(result).toBe('1800x1200');
    else if (/^Portrait_/.test(name)) expect(result).toBe('1200x1800');
    else if (kind === 'colour' || kind === 'odd_name' || kind === 'wrong_extension') {
      expect(result).toMatch(/^(675x675|300x300)$/);
      expect(brightness).toBeGreaterThan(60);
      expect(brightness).toBeLessThan(220);
      expect(contrast).toBeGreaterThan(150);
    } else if (name === 'no_eoi.jpg' || /^trailing_/.test(name)) expect(result).toBe('675x675');
    else if (kind === 'format') expect(result).toMatch(/^(\d+x\d+|unsupported_image_format)$/);
    else if (kind === 'animated') expect(result).toBe('320x320');
    else if (kind === 'vector') expect(result).toBe('unsupported_image_format');
    else if (kind === 'bomb') {
      expect(result).toBe(name.endsWith('.svg') ? 'unsupported_image_format' : 'image_too_large');
      expect(performance.now() - began).toBeLessThan(5000);
      expect(process.memoryUsage().rss - memory).toBeLessThan(50_000_000);
    } else if (kind === 'size' || kind === 'noface') expect(result).toMatch(/^\d+x\d+$/);
    else expect(result).toMatch(/^(\d+x\d+|invalid_image|unsupported_image_format|image_too_large)$/);
  });

  it('shows the eight orientations of one photo alike', async () => {
    const [first, ...others] = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7, 8].map(async (orientation) => {
        const bytes = readFileSync(new URL(`generated/exif_orientation_${orientation}.jpg`, folder));
        return (await (await openImage(bytes, limits)).letterbox({ width: 160, height: 160 })).data;
      }),
    );
    for (const other of others) {
      const difference =
        other.reduce((sum, value, i) => sum + Math.abs(value - first![i]!), 0) / other.length;
      expect(difference).toBeLessThan(2);
    }
  });
});
