import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accuracyAt, bestThreshold, foldAccuracy, trueAcceptRate, type Comparison } from './verification.ts';

const pair = (similarity: number, same: boolean, fold = '1'): Comparison => ({ similarity, same, fold });
const pairs = fc.array(
  fc.record({
    similarity: fc.integer({ min: -20, max: 20 }).map((tenths) => tenths / 20),
    same: fc.boolean(),
    fold: fc.constantFrom('1', '2', '3'),
  }),
  { minLength: 2, maxLength: 40 },
);

describe('verification', () => {
  it('divides what can be divided', () => {
    const clean = [pair(0.1, false), pair(0.2, false), pair(0.6, true), pair(0.8, true)];
    expect(bestThreshold(clean)).toBeCloseTo(0.4);
    expect(accuracyAt(0.4, clean)).toBe(1);
  });

  it('chooses the best of all thresholds', () => {
    fc.assert(
      fc.property(pairs, fc.double({ min: -1.5, max: 1.5, noNaN: true }), (some, other) => {
        expect(accuracyAt(bestThreshold(some), some)).toBeGreaterThanOrEqual(accuracyAt(other, some));
      }),
    );
  });

  it('never judges a fold by its own threshold', () => {
    const folds = [
      pair(0.9, true, 'a'),
      pair(0.1, false, 'a'),
      pair(0.05, true, 'b'),
      pair(-0.9, false, 'b'),
    ];
    // The best threshold of a (.5) misses b's genuine pair; b's (-.425) accepts a's impostor.
    expect(foldAccuracy(folds)).toBe(0.5);
  });

  it('accepts no more impostors than the rate allows', () => {
    const impostors = Array.from({ length: 100 }, (_, index) => pair(index / 200, false));
    const genuine = [pair(0.494, true), pair(0.491, true), pair(0.9, true), pair(0.2, true)];
    // One in a hundred: the threshold is the second best impostor, .49.
    expect(trueAcceptRate([...impostors, ...genuine], 0.01)).toBe(0.75);
    // None: the best impostor, .495.
    expect(trueAcceptRate([...impostors, ...genuine], 0.001)).toBe(0.25);
  });
});
