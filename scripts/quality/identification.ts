/** Candidates of one search, best first, and whether each is the person searched for. */
export interface SearchResult {
  readonly topScore: number;
  readonly relevant: readonly boolean[];
  /** Photos of the person in the whole gallery; 0 for a person who is not enrolled. */
  readonly enrolled: number;
}

export interface IdentificationFigures {
  /** Share of known persons whose best candidate is right. */
  readonly rankOne: number;
  /** Mean average precision over known persons. */
  readonly meanAveragePrecision: number;
  /** True positive identification rate where 1 % of unknown persons are taken for somebody. */
  readonly tpirAtFpir1: number;
}

export function identificationFigures(results: readonly SearchResult[]): IdentificationFigures {
  const known = results.filter(({ enrolled }) => enrolled > 0);
  const unknown = results.filter(({ enrolled }) => enrolled === 0).map(({ topScore }) => topScore);
  unknown.sort((a, b) => b - a);
  const threshold = unknown[Math.floor(0.01 * unknown.length)] ?? -Infinity;
  const share = (fits: (result: SearchResult) => boolean) => known.filter(fits).length / known.length;
  const precisions = known.map(averagePrecision);
  return {
    rankOne: share(({ relevant }) => relevant[0] === true),
    meanAveragePrecision: precisions.reduce((sum, each) => sum + each, 0) / known.length,
    tpirAtFpir1: share(({ relevant, topScore }) => relevant[0] === true && topScore > threshold),
  };
}

/** Mean of the precision at each right candidate; right ones that were not retrieved count as 0. */
export function averagePrecision({ relevant, enrolled }: SearchResult): number {
  let hits = 0;
  let sum = 0;
  for (const [index, right] of relevant.entries()) {
    if (!right) continue;
    hits++;
    sum += hits / (index + 1);
  }
  return sum / enrolled;
}
