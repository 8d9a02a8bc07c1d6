import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { facesByImage } from './postprocess.js';

const size = { width: 100, height: 50 };

/** A detector's answer in which face t has landmarks 10t .. 10t + 9 and a box of side t + 1. */
function values(counts: readonly number[]) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return {
    counts,
    boxes: Float32Array.from({ length: total * 5 }, (_, i) =>
      i % 5 < 2 ? 0 : i % 5 === 4 ? 0.5 : 1 + i / 5,
    ),
    landmarks: Float32Array.from({ length: total * 10 }, (_, i) => i),
  };
}

describe('facesByImage', () => {
  it('gives every face to its image, and none twice', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 8 }), (counts) => {
        const faces = facesByImage(
          'm',
          values(counts),
          counts.map(() => size),
        );
        expect(faces.map((each) => each.length)).toEqual(counts);
        expect(faces.flat().map(({ landmarks }) => landmarks[0][0])).toEqual(
          faces.flat().map((_, t) => 10 * t),
        );
      }),
    );
  });

  it('reads box, confidence and landmarks', () => {
    const boxes = Float32Array.of(1, 2, 30, 40, 0.75);
    const landmarks = Float32Array.of(5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
    expect(facesByImage('m', { boxes, landmarks, counts: [1] }, [size])).toEqual([
      [
        {
          box: [1, 2, 30, 40],
          confidence: 0.75,
          landmarks: [
            [5, 6],
            [7, 8],
            [9, 10],
            [11, 12],
            [13, 14],
          ],
        },
      ],
    ]);
  });

  it('cuts boxes at the border of the image and never turns them inside out', () => {
    const coordinate = fc.float({ min: -1000, max: 1000, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(coordinate, coordinate, coordinate, coordinate), (box) => {
        const boxes = Float32Array.of(...box, 0.9);
        const [[face] = []] = facesByImage('m', { boxes, landmarks: new Float32Array(10), counts: [1] }, [
          size,
        ]);
        const [xmin, ymin, xmax, ymax] = face?.box ?? [NaN, NaN, NaN, NaN];
        expect(0 <= xmin && xmin <= xmax && xmax <= size.width).toBe(true);
        expect(0 <= ymin && ymin <= ymax && ymax <= size.height).toBe(true);
      }),
    );
  });

  it.each([
    ['boxes', { ...values([2]), boxes: new Float32Array(5) }],
    ['landmarks', { ...values([2]), landmarks: new Float32Array(30) }],
    ['counts', { ...values([2]), counts: [1] }],
  ])('refuses %s that do not agree with the others', (_what, wrong) => {
    expect(() => facesByImage('detection', wrong, [size])).toThrow(/'detection' counted \d faces, but gave/);
  });
});
