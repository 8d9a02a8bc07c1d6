import { type Random, seededRandom } from './seeded-random.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  readonly seed: string;
  readonly resamples?: number;
  /** Share of the resamples that an interval holds. */
  readonly confidence?: number;
}

/**
 * Percentile intervals of the bootstrap (Efron 1979): the statistic of samples that are drawn from the sample with
 * replacement. Draw what is independent, so persons and not their photos. To compare two methods let the statistic
 * be their difference: both then see the same persons in each resample.
 * @param strata sizes of the groups that are drawn from separately, so that each keeps its size
 * @param statistic takes how often each member of each group was drawn, gives any number of values
 * @returns an interval for each value
 */
export function bootstrapIntervals(
  strata: readonly number[],
  statistic: (draws: readonly Int32Array[]) => readonly number[],
  { seed, resamples = 2000, confidence = 0.95 }: BootstrapOptions,
): Interval[] {
  const random = seededRandom(seed);
  const values = Array.from({ length: resamples }, () => statistic(strata.map((size) => draw(size, random))));
  const tail = (1 - confidence) / 2;
  return (values[0] ?? []).map((_, index) => {
    const sorted = Float64Array.from(values, (each) => each[index] ?? Number.NaN).sort();
    return { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) };
  });
}

function draw(size: number, random: Random): Int32Array {
  const draws = new Int32Array(size);
  for (let count = 0; count < size; count++) {
    const member = Math.floor(random() * size);
    draws[member] = (draws[member] ?? 0) + 1;
  }
  return draws;
}

/**
 * Linear between the two nearest values.
 * @param sorted ascending, at least one
 */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}
