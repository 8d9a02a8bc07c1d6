import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pictureOf } from './picture.js';

describe('pictureOf', () => {
  const image = new Uint8Array(640 * 640 * 3);

  it('finds the part of a letterbox that holds the picture', () => {
    const { picture, toSource } = pictureOf(image, 640, 640, [1 / 3, 1 / 3], [640, 960]);
    expect(picture).toMatchObject({ width: 640, height: 427, stride: 1920 });
    expect(toSource[0]).toBeCloseTo(3, 6);
    expect(toSource[1]).toBeCloseTo(1280 / 427, 6);
  });

  it('maps the corner of the picture to the corner of the source, whatever the size', () => {
    const side = fc.integer({ min: 1, max: 20000 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        const scale = Math.fround(Math.min(640 / width, 640 / height));
        const { picture, toSource } = pictureOf(image, 640, 640, [scale, scale], [height / 2, width / 2]);
        expect(picture.width).toBeGreaterThanOrEqual(1);
        expect(picture.width).toBeLessThanOrEqual(640);
        expect(picture.height).toBeLessThanOrEqual(640);
        expect(picture.width * toSource[0]).toBeCloseTo(width, 6);
        expect(picture.height * toSource[1]).toBeCloseTo(height, 6);
      }),
    );
  });

  it.each([
    ['no scale', [0, 0], [320, 320]],
    ['a negative scale', [-1, -1], [320, 320]],
    ['a scale that is no number', [Number.NaN, 1], [320, 320]],
    ['no size', [1, 1], [0, 0]],
    ['an infinite size', [1, 1], [Infinity, 320]],
    ['a picture larger than the input', [1, 1], [320, 330]],
  ] as const)('refuses %s', (_what, scale, centre) => {
    expect(() => pictureOf(image, 640, 640, scale, centre)).toThrow(RangeError);
  });

  it('refuses another number of bytes', () => {
    expect(() => pictureOf(image, 640, 480, [1, 1], [240, 320])).toThrow('921600 bytes, got 1228800');
  });
});
