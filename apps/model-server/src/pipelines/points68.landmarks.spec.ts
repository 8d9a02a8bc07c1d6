import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clipBox, reducePoints } from './points68.landmarks.js';

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
