import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intersectionOverUnion, suppressOverlaps, type FaceCandidate } from './face-candidate.js';

const coordinate = fc.float({ min: -50, max: 50, noNaN: true });
const extent = fc.float({ min: 1, max: 60, noNaN: true });
const candidate: fc.Arbitrary<FaceCandidate> = fc
  .tuple(coordinate, coordinate, extent, extent, fc.float({ min: 0, max: 1, noNaN: true }))
  .map(([x, y, width, height, score]) => ({ box: [x, y, x + width, y + height], score, points: [] }));

describe('suppressOverlaps', () => {
  it('keeps no two boxes that overlap too much, drops none without a better one, and sorts', () => {
    fc.assert(
      fc.property(fc.array(candidate, { maxLength: 30 }), (candidates) => {
        const kept = suppressOverlaps(candidates, 0.4);
        kept.forEach((face, index) => {
          expect(face.score).toBeLessThanOrEqual(kept[index - 1]?.score ?? 1);
          for (const other of kept.slice(0, index)) {
            expect(intersectionOverUnion(face.box, other.box)).toBeLessThanOrEqual(0.4);
          }
        });
        for (const dropped of candidates.filter((each) => !kept.includes(each))) {
          const better = kept.filter((each) => each.score >= dropped.score);
          expect(better.some((each) => intersectionOverUnion(each.box, dropped.box) > 0.4)).toBe(true);
        }
      }),
    );
  });

  it('keeps the given order of equal scores', () => {
    const faces = [0, 100, 200].map((x): FaceCandidate => ({
      box: [x, 0, x + 9, 9],
      score: 0.5,
      points: [x],
    }));
    expect(suppressOverlaps(faces, 0.4)).toEqual(faces);
  });
});

describe('intersectionOverUnion', () => {
  it('is 1 for equal boxes, 0 for touching ones, symmetric', () => {
    expect(intersectionOverUnion([0, 0, 2, 2], [0, 0, 2, 2])).toBe(1);
    expect(intersectionOverUnion([0, 0, 2, 2], [2, 0, 4, 2])).toBe(0);
    expect(intersectionOverUnion([0, 0, 2, 2], [1, 0, 3, 2])).toBeCloseTo(1 / 3, 12);
    expect(intersectionOverUnion([1, 0, 3, 2], [0, 0, 2, 2])).toBeCloseTo(1 / 3, 12);
  });
});
