import { describe, expect, it } from 'vitest';
import { averagePrecision, identificationFigures } from './identification.ts';

describe('identification', () => {
  it('has the average precision of the textbook', () => {
    const relevant = [true, false, true];
    expect(averagePrecision({ relevant, enrolled: 2, topScore: 1 })).toBeCloseTo((1 + 2 / 3) / 2);
    expect(averagePrecision({ relevant, enrolled: 4, topScore: 1 })).toBeCloseTo((1 + 2 / 3) / 4);
  });

  it('accepts as few unknown persons as asked', () => {
    const unknown = Array.from({ length: 100 }, (_, index) => ({
      topScore: index / 100,
      relevant: [false],
      enrolled: 0,
    }));
    const known = [
      { topScore: 0.985, relevant: [true], enrolled: 1 },
      { topScore: 0.5, relevant: [true], enrolled: 1 },
      { topScore: 0.999, relevant: [false, true], enrolled: 1 },
      { topScore: 0.999, relevant: [true], enrolled: 1 },
    ];
    // One of a hundred may pass: the threshold is the second best unknown, .98.
    expect(identificationFigures([...unknown, ...known])).toEqual({
      rankOne: 0.75,
      meanAveragePrecision: (1 + 1 + 0.5 + 1) / 4,
      tpirAtFpir1: 0.5,
    });
  });
});
