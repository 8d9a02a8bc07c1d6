/** Two photos and what the model makes of them. */
export interface Comparison {
  /** Cosine of the embeddings; -1 when a face was not found, so that the pair counts as different. */
  readonly similarity: number;
  readonly same: boolean;
  /** Pairs are split into folds so that a threshold is never chosen on the pairs that it is judged on. */
  readonly fold: string;
}

/**
 * Accuracy of "same when similarity > threshold", as LFW defines it: for each fold the threshold that is best on
 * all other folds, and the mean over the folds.
 */
export function foldAccuracy(comparisons: readonly Comparison[]): number {
  const folds = [...new Set(comparisons.map(({ fold }) => fold))];
  const accuracies = folds.map((fold) => {
    const threshold = bestThreshold(comparisons.filter((each) => each.fold !== fold));
    return accuracyAt(
      threshold,
      comparisons.filter((each) => each.fold === fold),
    );
  });
  return accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / folds.length;
}

export function accuracyAt(threshold: number, comparisons: readonly Comparison[]): number {
  const right = comparisons.filter(({ similarity, same }) => similarity > threshold === same).length;
  return right / comparisons.length;
}

/** The middle of the gap between two similarities that divides the pairs best. */
export function bestThreshold(comparisons: readonly Comparison[]): number {
  const sorted = [...comparisons].sort((a, b) => a.similarity - b.similarity);
  // Everything is called "same" below the first similarity; each step calls one pair more "different".
  let right = sorted.filter(({ same }) => same).length;
  let best = { right, threshold: -Infinity };
  for (const [index, { similarity, same }] of sorted.entries()) {
    right += same ? -1 : 1;
    const next = sorted[index + 1]?.similarity ?? similarity + 1;
    if (next > similarity && right > best.right) best = { right, threshold: (similarity + next) / 2 };
  }
  return best.threshold;
}

/**
 * Share of "same" pairs accepted at the lowest threshold that accepts at most `falseAcceptRate` of the others.
 * @param falseAcceptRate as in .001
 */
export function trueAcceptRate(comparisons: readonly Comparison[], falseAcceptRate: number): number {
  const impostors = comparisons.filter(({ same }) => !same).map(({ similarity }) => similarity);
  const genuine = comparisons.filter(({ same }) => same);
  impostors.sort((a, b) => b - a);
  // With n allowed false accepts the threshold is the similarity of the next impostor, who is not accepted.
  const threshold = impostors[Math.floor(falseAcceptRate * impostors.length)] ?? -1;
  return genuine.filter(({ similarity }) => similarity > threshold).length / genuine.length;
}
