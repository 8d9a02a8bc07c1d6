import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootstrapIntervals, quantile } from './bootstrap.ts';
import { seededRandom } from './seeded-random.ts';

const weightedMean = (values: readonly number[], draws: Int32Array) =>
  values.reduce((sum, value, index) => sum + value * (draws[index] ?? 0), 0) / values.length;

describe('bootstrap intervals', () => {
  it('are those of the normal distribution for a mean of many', () => {
    const random = seededRandom('sample');
    const values = Array.from({ length: 400 }, random);
    const mean = values.reduce((sum, value) => sum + value) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    const margin = 1.96 * Math.sqrt(variance / values.length);
    const [interval] = bootstrapIntervals(
      [values.length],
      ([draws = new Int32Array()]) => [weightedMean(values, draws)],
      { seed: 'mean' },
    );
    expect((interval?.low ?? 0) / (mean - margin)).toBeCloseTo(1, 2);
    expect((interval?.high ?? 0) / (mean + margin)).toBeCloseTo(1, 2);
  });

  it('hold the true value about as often as they say', () => {
    const random = seededRandom('populations');
    let held = 0;
    for (let trial = 0; trial < 200; trial++) {
      const values = Array.from({ length: 60 }, random);
      const [interval] = bootstrapIntervals([60], ([draws]) => [weightedMean(values, draws as Int32Array)], {
        seed: `trial ${trial}`,
        resamples: 300,
      });
      if (interval !== undefined && interval.low <= 0.5 && interval.high >= 0.5) held++;
    }
    // 190 expected, deviation 3.1; the percentile interval is a little narrow for 60 values.
    expect(held).toBeGreaterThanOrEqual(178);
    expect(held).toBeLessThanOrEqual(199);
  });

  it('leave every group its size', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 3 }), (strata) => {
        bootstrapIntervals(
          strata,
          (draws) => {
            expect(draws.map((each) => each.reduce((sum, count) => sum + count))).toEqual(strata);
            return [];
          },
          { seed: 'sizes', resamples: 3 },
        );
      }),
    );
  });

  it('have no width when two methods do the same', () => {
    const values = [0.2, 0.9, 0.4];
    const difference = ([draws]: readonly Int32Array[]) => [
      weightedMean(values, draws as Int32Array) - weightedMean(values, draws as Int32Array),
    ];
    expect(bootstrapIntervals([3], difference, { seed: 'same' })).toEqual([{ low: 0, high: 0 }]);
  });

  it('are the same for the same seed', () => {
    const statistic = ([draws]: readonly Int32Array[]) => [weightedMean([1, 2, 5], draws as Int32Array)];
    const once = bootstrapIntervals([3], statistic, { seed: 'a', resamples: 50 });
    expect(bootstrapIntervals([3], statistic, { seed: 'a', resamples: 50 })).toEqual(once);
  });
});

describe('a quantile', () => {
  it('lies between the nearest two values', () => {
    const sorted = Float64Array.of(1, 2, 4);
    expect([0, 0.25, 0.5, 0.75, 1].map((share) => quantile(sorted, share))).toEqual([1, 1.5, 2, 3, 4]);
  });
});
