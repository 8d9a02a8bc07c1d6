import type { ScoreCalibration } from './rerank-request.js';

type Vector = readonly number[];

/** A search in plain numbers, as the reference takes it. */
export interface ReferenceSearch {
  readonly query: Vector;
  readonly candidates: readonly Vector[];
  readonly threshold: number;
  readonly calibration: ScoreCalibration;
  readonly gallerySize: number;
  readonly subjects: readonly (string | null)[];
  /** `max` when left out. */
  readonly mode?: 'max' | 'replace' | 'cosine';
}

/**
 * The rerank formula, written down in float64 without a thought for speed; see
 * native-libs/include/rerank_compute.h. Shares no code with what it is compared to.
 */
export function referenceScores(search: ReferenceSearch): number[] {
  const { alpha, tau, galleryReference, voting } = search.calibration;
  const { mode = 'max' } = search;
  const query = unit(search.query);
  const candidates = search.candidates.map(unit);
  const theta = Math.min(Math.max(search.threshold, 0.5), 0.95);
  const lowest = tau + Math.log(theta / (1 - theta)) / alpha;
  const weightOf = (i: number, j: number) => {
    const [a, b] = [search.subjects[i] ?? null, search.subjects[j] ?? null];
    if (i === j) return 1;
    if (a !== null && b !== null) return a === b ? 1 : 0;
    const cosine = dot(candidates[i] ?? [], candidates[j] ?? []);
    return Math.min(Math.max((alpha * (cosine - lowest)) / 5, 0), 1);
  };
  return candidates.map((candidate, j) => {
    const template = candidate.map((_, d) =>
      candidates.reduce((sum, other, i) => sum + weightOf(i, j) * (other[d] ?? 0), 0),
    );
    const length = Math.sqrt(dot(template, template));
    const own = dot(query, candidate);
    const voted = length > 1e-9 ? dot(query, template) / length : own;
    const x = { max: Math.max(own, voted), replace: voted, cosine: own }[voting ? mode : 'cosine'];
    if (x >= 1 - 1e-9) return 1;
    return 1 / (1 + Math.exp(-(alpha * (x - tau) - Math.log(search.gallerySize / galleryReference))));
  });
}

/** sigmoid(alpha (cosine - tau)): the score of a candidate that nobody votes for, without a shift. */
export function calibratedCosine(cosine: number, { alpha, tau }: ScoreCalibration): number {
  return cosine >= 1 - 1e-9 ? 1 : 1 / (1 + Math.exp(-alpha * (cosine - tau)));
}

function dot(a: Vector, b: Vector): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

function unit(vector: Vector): Vector {
  const length = Math.sqrt(dot(vector, vector));
  return vector.map((value) => value / length);
}
