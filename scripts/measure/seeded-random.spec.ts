import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom, shuffled } from './seeded-random.ts';

describe('seeded random numbers', () => {
  it('are the same everywhere: figures that were published depend on them', () => {
    const random = seededRandom('identification 1');
    expect([random(), random(), random()]).toEqual([
      0.008780316449701786, 0.6175294183194637, 0.7704117915127426,
    ]);
  });

  it('are spread evenly', () => {
    const random = seededRandom('spread');
    const counts = new Array<number>(10).fill(0);
    for (let count = 0; count < 10_000; count++) {
      const bin = Math.floor(10 * random());
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    // Chi squared with 9 degrees of freedom: 27.9 is exceeded once in a thousand.
    expect(counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)).toBeLessThan(27.9);
  });

  it('differ by seed', () => {
    expect(seededRandom('a')()).not.toBe(seededRandom('b')());
  });
});

describe('shuffling', () => {
  it('keeps every item once and the original as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.string(), (items, seed) => {
        const before = [...items];
        const result = shuffled(items, seededRandom(seed));
        expect(items).toEqual(before);
        expect(result.toSorted((a, b) => a - b)).toEqual(items.toSorted((a, b) => a - b));
      }),
    );
  });

  it('puts every item in every place alike', () => {
    const random = seededRandom('places');
    const firsts = Array.from({ length: 3000 }, () => shuffled([0, 1, 2], random)[0]);
    for (const item of [0, 1, 2]) {
      expect(Math.abs(firsts.filter((first) => first === item).length - 1000)).toBeLessThan(100);
    }
  });
});
