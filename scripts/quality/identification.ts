import { bootstrapIntervals, type Interval } from '../measure/bootstrap.ts';

/** A candidate of a search in the order that is judged. */
export interface RankedCandidate {
  readonly score: number;
  /** Shows the person that was searched. */
  readonly right: boolean;
}

/** What became of one search. */
export interface SearchOutcome {
  /** Who was searched. */
  readonly person: string;
  /** Entries of that person in the whole gallery; 0 when the person is not enrolled, so unknown. */
  readonly enrolled: number;
  readonly rightFirst: boolean;
  readonly averagePrecision: number;
  /** Score of the first candidate. */
  readonly topScore: number;
}

export interface IdentificationFigures {
  /** Share of searches of known persons whose first candidate is right. */
  readonly rankOne: number;
  /** Mean average precision over searches of known persons. */
  readonly meanAveragePrecision: number;
  /**
   * True positive identification rate at a false positive identification rate of 1 %: share of searches of known
   * persons whose first candidate is right and scores above the threshold that 1 % of the searches of unknown
   * persons exceed (ISO/IEC 19795-1, open set).
   */
  readonly tpirAtFpir1: number;
}

/** What happens when only first candidates from a score on are accepted. */
export interface Acceptance {
  /** FPIR: share of searches of unknown persons that accept somebody. */
  readonly falsePositive: number;
  /** TPIR: share of searches of known persons that accept the right one. */
  readonly truePositive: number;
}

/** A figure's change from one order to another, with its 95 % interval. */
export interface Difference extends Interval {
  readonly value: number;
}

export const figureNames = [
  'rankOne',
  'meanAveragePrecision',
  'tpirAtFpir1',
] as const satisfies readonly (keyof IdentificationFigures)[];
/** What they are called in tables, in the same order. */
export const figureTitles = ['rank 1', 'mAP', 'TPIR at FPIR 1 %'] as const;

const falsePositiveRate = 0.01;
const bootstrapSeed = 'bootstrap over persons';

/** @param ranked best first */
export function outcomeOf(
  person: string,
  enrolled: number,
  ranked: readonly RankedCandidate[],
): SearchOutcome {
  return {
    person,
    enrolled,
    rightFirst: ranked[0]?.right === true,
    averagePrecision: averagePrecision(ranked, enrolled),
    topScore: ranked[0]?.score ?? -Infinity,
  };
}

/** Mean of the precision at each right candidate; right ones that were not retrieved count as 0. */
export function averagePrecision(ranked: readonly RankedCandidate[], enrolled: number): number {
  let hits = 0;
  let sum = 0;
  for (const [index, { right }] of ranked.entries()) {
    if (!right) continue;
    hits++;
    sum += hits / (index + 1);
  }
  return enrolled === 0 ? 0 : sum / enrolled;
}

interface Member extends SearchOutcome {
  /** Which of the two strata the person is in, and where there. */
  readonly stratum: 0 | 1;
  readonly place: number;
}

/** The outcomes of all searches with one order of candidates. */
export class IdentificationSample {
  readonly #known: readonly Member[];
  /** By falling score. */
  readonly #unknown: readonly Member[];
  /**
   * Numbers of persons who are enrolled in some of the searches, and of those who never are: what a bootstrap draws
   * from. All searches of a person stay together, with the person enrolled and without.
   */
  readonly strata: readonly [number, number];

  constructor(outcomes: readonly SearchOutcome[]) {
    const enrolled = new Set(outcomes.filter((each) => each.enrolled > 0).map(({ person }) => person));
    const places = [new Map<string, number>(), new Map<string, number>()] as const;
    const members = outcomes.map((outcome): Member => {
      const stratum = enrolled.has(outcome.person) ? 0 : 1;
      const place = places[stratum].get(outcome.person) ?? places[stratum].size;
      places[stratum].set(outcome.person, place);
      return { ...outcome, stratum, place };
    });
    this.#known = members.filter((member) => member.enrolled > 0);
    this.#unknown = members.filter((member) => member.enrolled === 0);
    this.#unknown = this.#unknown.toSorted((a, b) => b.topScore - a.topScore);
    this.strata = [places[0].size, places[1].size];
  }

  get searches(): { readonly known: number; readonly unknown: number } {
    return { known: this.#known.length, unknown: this.#unknown.length };
  }

  /** @param draws how often each person of each stratum counts, by first appearance; left out, once */
  figures(draws?: readonly Int32Array[]): IdentificationFigures {
    const weight = weightIn(draws);
    const refused = this.#refused(falsePositiveRate, weight);
    let [searches, rightFirst, precision, accepted] = [0, 0, 0, 0];
    for (const member of this.#known) {
      const times = weight(member);
      searches += times;
      precision += times * member.averagePrecision;
      if (!member.rightFirst) continue;
      rightFirst += times;
      if (member.topScore > refused) accepted += times;
    }
    return {
      rankOne: rightFirst / searches,
      meanAveragePrecision: precision / searches,
      tpirAtFpir1: accepted / searches,
    };
  }

  /**
   * @param threshold least score that is accepted
   * @param draws as for `figures`
   */
  acceptance(threshold: number, draws?: readonly Int32Array[]): Acceptance {
    const weight = weightIn(draws);
    const shareOf = (members: readonly Member[], counts: (member: Member) => boolean) => {
      let [all, counted] = [0, 0];
      for (const member of members) {
        all += weight(member);
        if (member.topScore >= threshold && counts(member)) counted += weight(member);
      }
      return counted / all;
    };
    return {
      falsePositive: shareOf(this.#unknown, () => true),
      truePositive: shareOf(this.#known, ({ rightFirst }) => rightFirst),
    };
  }

  /**
   * The lowest threshold with four digits that lets at most this share of the searches of unknown persons accept
   * somebody.
   */
  thresholdAt(rate: number): number {
    return (Math.floor(this.#refused(rate, () => 1) * 10_000) + 1) / 10_000;
  }

  /** The best score that may not be accepted if at most this share of the searches of unknown persons may. */
  #refused(rate: number, weight: (member: Member) => number): number {
    const total = this.#unknown.reduce((sum, member) => sum + weight(member), 0);
    let left = Math.floor(rate * total);
    for (const member of this.#unknown) {
      left -= weight(member);
      if (left < 0) return member.topScore;
    }
    return -Infinity;
  }
}

function weightIn(draws: readonly Int32Array[] | undefined): (member: Member) => number {
  return ({ stratum, place }) => (draws === undefined ? 1 : (draws[stratum]?.[place] ?? 0));
}

/** What an order gains over another one on the same searches, with intervals of a paired bootstrap over persons. */
export function differences(
  sample: IdentificationSample,
  baseline: IdentificationSample,
): Record<keyof IdentificationFigures, Difference> {
  const change = (draws?: readonly Int32Array[]) => {
    const [own, other] = [sample.figures(draws), baseline.figures(draws)];
    return figureNames.map((figure) => own[figure] - other[figure]);
  };
  const intervals = bootstrapIntervals(sample.strata, change, { seed: bootstrapSeed });
  const [rankOne, meanAveragePrecision, tpirAtFpir1] = change().map((value, index): Difference => {
    const { low, high } = intervals[index] ?? { low: Number.NaN, high: Number.NaN };
    return { value, low, high };
  }) as [Difference, Difference, Difference];
  return { rankOne, meanAveragePrecision, tpirAtFpir1 };
}
