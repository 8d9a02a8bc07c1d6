import { setImmediate } from 'node:timers/promises';
import { dot } from '../measure/api-client.ts';

/** A photo as the model sees it. */
export interface Portrait {
  readonly path: string;
  readonly identity: string;
  /** Of unit length. */
  readonly embedding: Float32Array;
}

export interface ErrorRates {
  /** FMR: share of the comparisons of two persons that are accepted. */
  readonly falseMatch: number;
  /** FNMR: share of the comparisons of one person that are not. */
  readonly falseNonMatch: number;
}

/**
 * Cosines of all probes with all references. The same photo is never compared with itself, and where both are one list
 * two photos are compared once.
 */
export class ComparisonMatrix {
  /** Person of each probe and of each reference, by number. */
  readonly #probes: Int32Array;
  readonly #references: Int32Array;
  /** A row for each probe; NaN where nothing is compared. */
  readonly #cosines: Float32Array;
  /** Probes and references are one list. */
  readonly symmetric: boolean;
  /** Number of persons. */
  readonly size: number;

  private constructor(
    persons: { readonly probes: Int32Array; readonly references: Int32Array },
    cosines: Float32Array,
    symmetric: boolean,
  ) {
    this.#probes = persons.probes;
    this.#references = persons.references;
    this.#cosines = cosines;
    this.symmetric = symmetric;
    this.size =
      [...persons.probes, ...persons.references].reduce((most, each) => Math.max(most, each), -1) + 1;
  }

  /** @throws the reason of `stop` when that is aborted */
  static async of(
    probes: readonly Portrait[],
    references: readonly Portrait[],
    stop: AbortSignal,
  ): Promise<ComparisonMatrix> {
    const numbers = new Map<string, number>();
    const numberOf = ({ identity }: Portrait) => {
      const number = numbers.get(identity) ?? numbers.size;
      numbers.set(identity, number);
      return number;
    };
    const symmetric = probes === references;
    const cosines = new Float32Array(probes.length * references.length).fill(Number.NaN);
    for (const [row, probe] of probes.entries()) {
      // A row takes milliseconds; between two of them a signal gets in.
      await setImmediate();
      stop.throwIfAborted();
      for (let column = symmetric ? row + 1 : 0; column < references.length; column++) {
        const { path, embedding } = references[column] as Portrait;
        if (path !== probe.path) {
          cosines[row * references.length + column] = dot(probe.embedding, embedding);
        }
      }
    }
    const persons = {
      probes: Int32Array.from(probes, numberOf),
      references: Int32Array.from(references, numberOf),
    };
    return new ComparisonMatrix(persons, cosines, symmetric);
  }

  /** Calls back for each comparison. */
  forEach(use: (cosine: number, probePerson: number, referencePerson: number) => void): void {
    let place = 0;
    for (const probe of this.#probes) {
      for (const reference of this.#references) {
        const cosine = this.#cosines[place++] ?? Number.NaN;
        if (!Number.isNaN(cosine)) use(cosine, probe, reference);
      }
    }
  }

  /** Comparisons of one person, and of two. */
  get comparisons(): { readonly same: number; readonly different: number } {
    let [same, different] = [0, 0];
    this.forEach((_, probe, reference) => {
      if (probe === reference) same++;
      else different++;
    });
    return { same, different };
  }

  /** Photos of each person on either side. */
  get photos(): { readonly probes: Int32Array; readonly references: Int32Array } {
    const count = (persons: Int32Array) => {
      const counts = new Int32Array(this.size);
      for (const person of persons) counts[person] = (counts[person] ?? 0) + 1;
      return counts;
    };
    return { probes: count(this.#probes), references: count(this.#references) };
  }

  /**
   * The lowest thresholds with three digits at which at most these shares of the comparisons of two persons are
   * accepted ("cosine >= threshold").
   * @param rates as in .001
   */
  thresholdsAt(rates: readonly number[]): number[] {
    const impostors = new Float32Array(this.comparisons.different);
    let count = 0;
    this.forEach((cosine, probe, reference) => {
      if (probe !== reference) impostors[count++] = cosine;
    });
    impostors.sort();
    return rates.map((rate) => {
      // The best one that must not be accepted.
      const refused = impostors[count - 1 - Math.floor(rate * count)] ?? -1;
      return (Math.floor(refused * 1000) + 1) / 1000;
    });
  }
}
