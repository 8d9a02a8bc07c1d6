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

/** Predictions with scores between two bounds. */
export interface ReliabilityBin {
  readonly low: number;
  readonly high: number;
  readonly number: number;
  readonly meanScore: number;
  /** Share that came true. */
  readonly right: number;
}

/**
 * How often what was stated came true, for ranges of the stated probability. Ranges without a prediction are left out.
 * @param bounds ascending, from 0 to 1; a score on a bound belongs to the upper range
 */
export function reliability(
  predictions: readonly Prediction[],
  bounds: readonly number[] = [0, 0.1, 0.5, 0.9, 0.99, 1],
): ReliabilityBin[] {
  return bounds.slice(1).flatMap((high, index) => {
    const low = bounds[index] ?? 0;
    const members = predictions.filter(
      ({ score }) => score >= low && (score < high || high === bounds.at(-1)),
    );
    if (members.length === 0) return [];
    const mean = (value: (member: Prediction) => number) =>
      members.reduce((sum, member) => sum + value(member), 0) / members.length;
    return [
      {
        low,
        high,
        number: members.length,
        meanScore: mean(({ score }) => score),
        right: mean(({ right }) => (right ? 1 : 0)),
      },
    ];
  });
}
