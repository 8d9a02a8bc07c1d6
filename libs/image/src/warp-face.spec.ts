import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignedSize } from './alignment.js';
import { gradient } from './picture.fixture.js';
import type { Pixels } from './pixels.js';
import { warpedRegion, warpFace } from './warp-face.js';

const identity = { a: 1, b: 0, dx: 0, dy: 0 };
const pixel = (crop: Uint8Array, x: number, y: number): number[] =>
  [...crop.subarray((y * alignedSize + x) * 3)].slice(0, 3);

describe('warpFace', () => {
  it('copies, and only turns RGB into BGR, with the identity', () => {
    const picture = gradient(alignedSize, alignedSize);
    const crop = warpFace(picture, identity);
    for (let i = 0; i < crop.length; i += 3) {
      expect([crop[i + 2], crop[i + 1], crop[i]]).toEqual([...picture.data.subarray(i, i + 3)]);
    }
  });

  it('reads between pixels in proportion', () => {
    const picture: Pixels = {
      width: 2,
      height: 2,
      data: Uint8Array.from([0, 0, 0, 100, 0, 0, 0, 40, 0, 100, 40, 8]),
    };
    const crop = warpFace(picture, { a: 4, b: 0, dx: 0, dy: 0 });
    expect(pixel(crop, 1, 0)).toEqual([0, 0, 25]);
    expect(pixel(crop, 2, 2)).toEqual([2, 20, 50]);
    expect(pixel(crop, 4, 4)).toEqual([8, 40, 100]);
  });

  it('fades to 0 over the last pixel, as OpenCV with a constant border', () => {
    const picture: Pixels = { width: 1, height: 1, data: Uint8Array.from([200, 200, 200]) };
    const crop = warpFace(picture, { a: 4, b: 0, dx: 8, dy: 8 });
    expect([5, 6, 7, 8, 9, 10, 11, 12].map((x) => pixel(crop, x, 8)[0])).toEqual([
      50, 100, 150, 200, 150, 100, 50, 0,
    ]);
    expect(pixel(crop, 6, 6)).toEqual([50, 50, 50]);
    expect(crop.reduce((most, value) => Math.max(most, value))).toBe(200);
  });

  it('turns as it is told', () => {
    const picture = gradient(300, 300);
    const turned = warpFace(picture, { a: 0, b: 1, dx: 111, dy: 0 });
    const [x, y] = [30, 40];
    expect(pixel(turned, 111 - y, x)).toEqual(
      [...picture.data.subarray((y * 300 + x) * 3)].slice(0, 3).reverse(),
    );
  });

  it('is black for a face without size', () => {
    expect(warpFace(gradient(9, 9), { a: 0, b: 0, dx: 56, dy: 56 }).every((value) => value === 0)).toBe(true);
  });

  it('reads only what warpedRegion says', () => {
    const number = fc.double({ min: -2, max: 2, noNaN: true });
    const shift = fc.double({ min: -150, max: 250, noNaN: true });
    const picture = gradient(60, 50);
    fc.assert(
      fc.property(number, number, shift, shift, (a, b, dx, dy) => {
        fc.pre(Math.hypot(a, b) > 0.05);
        const transform = { a, b, dx, dy };
        const region = warpedRegion(picture, transform);
        const data = new Uint8Array(picture.data.length);
        for (let y = 0; region && y < region.height; y++) {
          const from = ((region.top + y) * picture.width + region.left) * 3;
          data.set(picture.data.subarray(from, from + region.width * 3), from);
        }
        expect(Buffer.compare(warpFace({ ...picture, data }, transform), warpFace(picture, transform))).toBe(
          0,
        );
      }),
    );
  });
});
