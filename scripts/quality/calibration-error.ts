export interface Prediction {
  /** Probability that was stated, in [0, 1]. */
  readonly score: number;
  readonly right: boolean;
}

/**
 * Expected calibration error (Naeini et al. 2015): how far stated probabilities are from the shares that come true,
 * as the mean over bins of equal width, weighted by what falls into them.
 * @param predictions at least one
 * @returns in [0, 1]; 0 when of all that was called likely by p a share of p came true
 */
export function expectedCalibrationError(predictions: readonly Prediction[], bins = 15): number {
  const byBin = Map.groupBy(predictions, ({ score }) => Math.min(bins - 1, Math.floor(score * bins)));
  let sum = 0;
  for (const members of byBin.values()) {
    let gap = 0;
    for (const { score, right } of members) gap += score - (right ? 1 : 0);
    sum += Math.abs(gap);
  }
  return sum / predictions.length;
}
