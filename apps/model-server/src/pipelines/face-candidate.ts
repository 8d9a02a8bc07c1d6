/** A face as a detector reports it, before it is known whether a better box covers the same face. */
export interface FaceCandidate {
  /** x1 y1 x2 y2 in pixels of the model's input. */
  readonly box: readonly [number, number, number, number];
  /** 0..1. */
  readonly score: number;
  /** x y of five points, in the same pixels; empty when the detector gives none. */
  readonly points: readonly number[];
}

/**
 * Greedy non-maximum suppression.
 * @param limit intersection over union above which the weaker of two boxes goes
 * @returns what stays, by falling score (equal scores in their given order)
 */
export function suppressOverlaps(candidates: readonly FaceCandidate[], limit: number): FaceCandidate[] {
  const kept: FaceCandidate[] = [];
  for (const candidate of candidates.toSorted((a, b) => b.score - a.score)) {
    if (kept.every((better) => intersectionOverUnion(better.box, candidate.box) <= limit))
      kept.push(candidate);
  }
  return kept;
}

export function intersectionOverUnion(a: FaceCandidate['box'], b: FaceCandidate['box']): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (!(width > 0 && height > 0)) return 0;
  const shared = width * height;
  return shared / (area(a) + area(b) - shared);
}

function area([left, top, right, bottom]: FaceCandidate['box']): number {
  return (right - left) * (bottom - top);
}
