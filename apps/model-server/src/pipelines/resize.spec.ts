import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halve, resizeToPlanes } from './resize.js';
import type { Picture } from './picture.js';

const plain = { channels: 'bgr', mean: 0, divisor: 1 } as const;

function picture(width: number, height: number, pixel: (x: number, y: number) => readonly number[]): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(pixel(x, y), (y * width + x) * 3);
  return { data, width, height, stride: width * 3 };
}

function planesOf(
  from: Picture,
  width: number,
  height: number,
  normalisation: Parameters<typeof resizeToPlanes>[6],
) {
  const planes = new Float32Array(3 * width * height);
  resizeToPlanes(from, width, height, planes, width, height, normalisation);
  return planes;
}

describe('resizeToPlanes', () => {
  it('splits channels in the order of the model and normalises them', () => {
    const one = picture(1, 1, () => [10, 20, 30]);
    expect([...planesOf(one, 1, 1, plain)]).toEqual([10, 20, 30]);
    expect([...planesOf(one, 1, 1, { channels: 'rgb', mean: 10, divisor: 2 })]).toEqual([10, 5, 0]);
  });

  it('keeps one colour one colour at any size', () => {
    const side = fc.integer({ min: 1, max: 70 });
    fc.assert(
      fc.property(side, side, side, side, fc.integer({ min: 0, max: 255 }), (w, h, toW, toH, grey) => {
        const from = picture(w, h, () => [grey, grey, grey]);
        const values = planesOf(from, toW, toH, plain);
        expect(Math.max(...values)).toBeCloseTo(grey, 3);
        expect(Math.min(...values)).toBeCloseTo(grey, 3);
      }),
    );
  });

  it('stays inside the range of its neighbours and never reads beyond the picture', () => {
    const side = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(side, side, side, side, (w, h, toW, toH) => {
        // A frame of 255 around the picture, as a letterbox might hold: it must not show.
        const framed = picture(w + 3, h + 3, (x, y) =>
          x < w && y < h ? [x % 7, y % 5, 3] : [255, 255, 255],
        );
        const values = planesOf({ ...framed, width: w, height: h }, toW, toH, plain);
        expect(Math.max(...values)).toBeLessThanOrEqual(6.001);
      }),
    );
  });

  it('puts pixel centres at .5: a ramp doubled in width keeps its slope', () => {
    const ramp = picture(4, 1, (x) => [10 * x, 0, 0]);
    expect([...planesOf(ramp, 8, 1, plain).slice(0, 8)]).toEqual([0, 2.5, 7.5, 12.5, 17.5, 22.5, 27.5, 30]);
  });

  it('writes the top left corner only', () => {
    const planes = new Float32Array(3 * 16).fill(-1);
    resizeToPlanes(
      picture(2, 2, () => [5, 6, 7]),
      2,
      2,
      planes,
      4,
      4,
      plain,
    );
    expect([...planes.slice(0, 8)]).toEqual([5, 5, -1, -1, 5, 5, -1, -1]);
    expect([...planes.slice(8, 16)]).toEqual(new Array(8).fill(-1));
  });
});

describe('halve', () => {
  it('takes the rounded mean of 2x2 pixels and leaves an odd border out', () => {
    const half = halve(picture(3, 2, (x, y) => [x + 2 * y, 255, x === 2 ? 200 : 0]));
    expect(half).toMatchObject({ width: 1, height: 1, stride: 3 });
    expect([...half.data]).toEqual([2, 255, 0]);
  });
});
