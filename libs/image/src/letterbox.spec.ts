import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawLetterbox, letterboxFit } from './letterbox.js';
import { colourAt, gradient } from './picture.fixture.js';
import type { Pixels } from './pixels.js';

const side = fc.integer({ min: 1, max: 12_000 });

describe('letterboxFit', () => {
  it.each([
    [675, 675, 0.948148, 640, 640],
    [1920, 1280, 0.333333, 640, 427],
    [250, 250, 2.56, 640, 640],
    [20_000, 40, 0.032, 640, 1],
    [30, 16_000, 0.04, 1, 640],
    [1, 1, 640, 640, 640],
  ])('%ix%i has scale %d and becomes %ix%i in 640x640', (width, height, scale, toWidth, toHeight) => {
    const fit = letterboxFit({ width, height }, { width: 640, height: 640 });
    expect(fit.scale).toBeCloseTo(scale, 5);
    expect([fit.width, fit.height]).toEqual([toWidth, toHeight]);
  });

  it('always fits, and fills the frame in one direction', () => {
    fc.assert(
      fc.property(
        side,
        side,
        fc.integer({ min: 32, max: 2000 }),
        fc.integer({ min: 32, max: 2000 }),
        (w, h, fw, fh) => {
          const fit = letterboxFit({ width: w, height: h }, { width: fw, height: fh });
          expect(fit.width).toBeLessThanOrEqual(fw);
          expect(fit.height).toBeLessThanOrEqual(fh);
          expect(fit.width === fw || fit.height === fh).toBe(true);
          expect(Math.abs(fit.width - Math.max(1, w * fit.scale))).toBeLessThanOrEqual(0.5 + 1e-6);
        },
      ),
    );
  });
});

describe('drawLetterbox', () => {
  it('puts the picture into the top left as BGR, and 0 beside it', () => {
    const frame = { width: 50, height: 43 };
    const fit = { width: 50, height: 31 };
    const data = drawLetterbox(gradient(61, 38), fit, frame);
    expect(data.length).toBe(50 * 43 * 3);
    for (let y = 0; y < 43; y++) {
      for (let x = 0; x < 50; x++) {
        const bgr = [...data.subarray((y * 50 + x) * 3)].slice(0, 3);
        const wanted = y < 31 ? colourAt((x + 0.5) / 50, (y + 0.5) / 31).reverse() : [0, 0, 0];
        bgr.forEach((value, channel) => expect(Math.abs(value - wanted[channel]!)).toBeLessThanOrEqual(3));
      }
    }
  });

  it('keeps pixels as they are when the size does', () => {
    const picture = gradient(7, 5);
    const data = drawLetterbox(picture, picture, { width: 7, height: 9 });
    expect([...data.subarray(0, 6)]).toEqual([2, 1, 0, 5, 4, 3].map((i) => picture.data[i]));
    expect(data.subarray(7 * 5 * 3).every((value) => value === 0)).toBe(true);
  });

  it('is is bilinear: weights and two roundings of 8 bits apart from exact arithmetic', () => {
    const small = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(
        small,
        small,
        fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
        small,
        small,
        (w, h, noise, fw, fh) => {
          const data = Uint8Array.from({ length: w * h * 3 }, () => noise.next().value as number);
          const picture = { data, width: w, height: h };
          const drawn = drawLetterbox(picture, { width: fw, height: fh }, { width: fw + 2, height: fh + 1 });
          for (let y = 0; y < fh; y++) {
            for (let x = 0; x < fw; x++) {
              for (let channel = 0; channel < 3; channel++) {
                const exact = bilinear(
                  picture,
                  ((x + 0.5) * w) / fw - 0.5,
                  ((y + 0.5) * h) / fh - 0.5,
                  2 - channel,
                );
                const value = drawn[(y * (fw + 2) + x) * 3 + channel]!;
                expect(Math.abs(value - exact)).toBeLessThanOrEqual(2);
              }
            }
          }
        },
      ),
    );
  });
});

function bilinear({ data, width, height }: Pixels, x: number, y: number, channel: number): number {
  const cx = Math.min(Math.max(x, 0), width - 1);
  const cy = Math.min(Math.max(y, 0), height - 1);
  const [left, top] = [Math.floor(cx), Math.floor(cy)];
  const at = (column: number, row: number): number =>
    data[(Math.min(row, height - 1) * width + Math.min(column, width - 1)) * 3 + channel]!;
  const upper = at(left, top) * (1 - cx + left) + at(left + 1, top) * (cx - left);
  const lower = at(left, top + 1) * (1 - cx + left) + at(left + 1, top + 1) * (cx - left);
  return upper * (1 - cy + top) + lower * (cy - top);
}
