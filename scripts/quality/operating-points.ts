import { bootstrapIntervals, type Interval } from '../measure/bootstrap.ts';
import type { ComparisonMatrix, ErrorRates } from './comparison-matrix.ts';

/** A rate with its 95 % interval. */
export interface Rate extends Interval {
  readonly value: number;
}

export interface OperatingPoint {
  /** Accepted is what has at least this cosine. */
  readonly threshold: number;
  readonly falseMatch: Rate;
  readonly falseNonMatch: Rate;
  /** Comparisons of two persons that are accepted. */
  readonly falseMatches: number;
}

const seed = 'operating points: bootstrap over persons';

/** Comparisons of two persons whose cosine lies between a threshold and the next one. */
interface Band {
  readonly probes: readonly number[];
  readonly references: readonly number[];
}

/** Error rates at fixed thresholds, for persons drawn any number of times. */
export class ThresholdErrors {
  readonly #bands: readonly Band[];
  /** For each threshold and person: comparisons with himself or herself that are not accepted. */
  readonly #misses: readonly Int32Array[];
  readonly #genuine: Int32Array;
  readonly #photos: ComparisonMatrix['photos'];
  readonly #symmetric: boolean;
  readonly size: number;

  /** @param thresholds ascending */
  constructor(matrix: ComparisonMatrix, thresholds: readonly number[]) {
    const bands = thresholds.map(() => ({ probes: [] as number[], references: [] as number[] }));
    const misses = thresholds.map(() => new Int32Array(matrix.size));
    this.#genuine = new Int32Array(matrix.size);
    matrix.forEach((cosine, probe, reference) => {
      let accepted = -1;
      while (accepted + 1 < thresholds.length && cosine >= (thresholds[accepted + 1] ?? Infinity)) accepted++;
      if (probe !== reference) {
        bands[accepted]?.probes.push(probe);
        bands[accepted]?.references.push(reference);
        return;
      }
      this.#genuine[probe] = (this.#genuine[probe] ?? 0) + 1;
      for (const missed of misses.slice(accepted + 1)) missed[probe] = (missed[probe] ?? 0) + 1;
    });
    this.#bands = bands;
    this.#misses = misses;
    this.#photos = matrix.photos;
    this.#symmetric = matrix.symmetric;
    this.size = matrix.size;
  }

  /** Accepted comparisons of two persons at each threshold. */
  get falseMatches(): number[] {
    return this.#fromAbove(({ probes }) => probes.length);
  }

  /**
   * @param draws how often each person counts. Two comparisons of one person who was drawn twice are still two of the
   * same person, and no comparison of two persons.
   */
  at(draws: Int32Array = new Int32Array(this.size).fill(1)): ErrorRates[] {
    const times = (person: number | undefined) => draws[person ?? -1] ?? 0;
    const { probes, references } = this.#photos;
    let [ofProbes, ofReferences, ofOnePerson, genuine] = [0, 0, 0, 0];
    for (const [person, drawn] of draws.entries()) {
      const [own, enrolled] = [drawn * (probes[person] ?? 0), drawn * (references[person] ?? 0)];
      ofProbes += own;
      ofReferences += enrolled;
      ofOnePerson += own * enrolled;
      genuine += drawn * (this.#genuine[person] ?? 0);
    }
    const impostors = (ofProbes * ofReferences - ofOnePerson) / (this.#symmetric ? 2 : 1);
    const accepted = this.#fromAbove((band) => {
      let sum = 0;
      for (let index = 0; index < band.probes.length; index++) {
        sum += times(band.probes[index]) * times(band.references[index]);
      }
      return sum;
    });
    return this.#misses.map((missed, index) => ({
      falseMatch: (accepted[index] ?? 0) / impostors,
      falseNonMatch: missed.reduce((sum, count, person) => sum + count * times(person), 0) / genuine,
    }));
  }

  /** At each threshold the sum over its band and all above. */
  #fromAbove(count: (band: Band) => number): number[] {
    const counts = this.#bands.map(count);
    return counts.map((_, index) => counts.slice(index).reduce((sum, each) => sum + each, 0));
  }
}

/**
 * Error rates at thresholds, with intervals of a bootstrap over persons: the comparisons of a person stay together.
 * @param thresholds ascending
 */
export function operatingPoints(
  matrix: ComparisonMatrix,
  thresholds: readonly number[],
  resamples = 2000,
): OperatingPoint[] {
  const errors = new ThresholdErrors(matrix, thresholds);
  const flat = (rates: readonly ErrorRates[]) =>
    rates.flatMap(({ falseMatch, falseNonMatch }) => [falseMatch, falseNonMatch]);
  const values = flat(errors.at());
  const intervals = bootstrapIntervals([errors.size], ([draws]) => flat(errors.at(draws)), {
    seed,
    resamples,
  });
  const rate = (index: number): Rate => {
    const { low, high } = intervals[index] ?? { low: Number.NaN, high: Number.NaN };
    return { value: values[index] ?? Number.NaN, low, high };
  };
  const { falseMatches } = errors;
  return thresholds.map((threshold, index) => ({
    threshold,
    falseMatch: rate(2 * index),
    falseNonMatch: rate(2 * index + 1),
    falseMatches: falseMatches[index] ?? 0,
  }));
}
