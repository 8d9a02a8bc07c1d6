import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Picture } from './picture.js';
import { clipBox, greyCrop, reducePoints } from './points68.landmarks.js';

function picture(width: number, height: number, pixel: (x: number, y: number) => readonly number[]): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(pixel(x, y), (y * width + x) * 3);
  return { data, width, height, stride: width * 3 };
}

describe('reducePoints', () => {
  it('takes lids, tip of the nose and corners of the mouth, in pixels of the box', () => {
    const shares = new Float32Array(136);
    const set = (point: number, x: number, y: number) => shares.set([x, y], 2 * point);
    set(37, 0.25, 0.25);
    set(38, 0.5, 0.25);
    set(40, 0.5, 0.5);
    set(41, 0.25, 0.5);
    for (const point of [43, 44, 46, 47]) set(point, 0.75, 0.25);
    set(30, 0.5, 0.625);
    set(48, 0.25, 0.75);
    set(60, 0.5, 0.75);
    for (const point of [54, 64]) set(point, 1, 0.875);
    expect(reducePoints(shares, [100, 200, 180, 360])).toEqual([
      130, 260, 160, 240, 140, 300, 130, 320, 180, 340,
    ]);
  });
});

describe('clipBox', () => {
  it('leaves at least one pixel inside the picture', () => {
    const far = fc.float({ min: -1e4, max: 1e4, noNaN: true });
    const side = fc.integer({ min: 1, max: 640 });
    fc.assert(
      fc.property(far, far, far, far, side, side, (x1, y1, x2, y2, width, height) => {
        const [left, top, right, bottom] = clipBox([x1, y1, x2, y2], { width, height });
        expect(left).toBeGreaterThanOrEqual(0);
        expect(top).toBeGreaterThanOrEqual(0);
        expect(right).toBeLessThanOrEqual(width);
        expect(bottom).toBeLessThanOrEqual(height);
        expect(Math.min(right - left, bottom - top)).toBeGreaterThan(0.999);
      }),
    );
  });
});

describe('greyCrop', () => {
  const grey = new Float32Array(64 * 64);

  it('weighs the channels for the eye', () => {
    greyCrop(
      picture(9, 9, () => [255, 0, 0]),
      [0, 0, 9, 9],
      grey,
    );
    expect(grey[2000]).toBeCloseTo((0.114 * 255) / 256, 5);
    greyCrop(
      picture(9, 9, () => [0, 255, 0]),
      [0, 0, 9, 9],
      grey,
    );
    expect(grey[2000]).toBeCloseTo((0.587 * 255) / 256, 5);
  });

  it('gives the pixels themselves for a box of 64 pixels', () => {
    const noise = picture(80, 80, (x, y) => new Array<number>(3).fill((x * 31 + y * 57) % 256));
    greyCrop(noise, [8, 9, 72, 73], grey);
    expect(grey[0]).toBeCloseTo(((8 * 31 + 9 * 57) % 256) / 256, 5);
    expect(grey[64 * 63 + 5]).toBeCloseTo(((13 * 31 + 72 * 57) % 256) / 256, 5);
  });

  it('keeps one colour one colour, stays in range and inside the picture for any box', () => {
    const share = fc.float({ min: 0, max: 1, noNaN: true });
    const framed = picture(50, 40, (x, y) => (x < 47 && y < 37 ? [90, 90, 90] : [255, 255, 255]));
    const inside = { ...framed, width: 47, height: 37 };
    fc.assert(
      fc.property(share, share, share, share, (a, b, c, d) => {
        greyCrop(inside, clipBox([a * 47, b * 37, (a + c) * 47, (b + d) * 37], inside), grey);
        expect(Math.min(...grey)).toBeCloseTo(90 / 256, 4);
        expect(Math.max(...grey)).toBeCloseTo(90 / 256, 4);
      }),
    );
  });

  it('does not overshoot at edges', () => {
    const edge = picture(20, 20, (x) => new Array<number>(3).fill(x < 10 ? 0 : 255));
    greyCrop(edge, [4, 4, 16, 16], grey);
    expect(Math.min(...grey)).toBe(0);
    expect(Math.max(...grey)).toBeLessThanOrEqual(255 / 256);
  });
});
