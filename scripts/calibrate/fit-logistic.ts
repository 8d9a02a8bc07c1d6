export interface LogisticFit {
  /** Steepness: P(same person) = sigmoid(alpha (cosine - tau)). */
  readonly alpha: number;
  /** Cosine at which a match is as likely as not. */
  readonly tau: number;
}

const mostIterations = 100;
const tolerance = 1e-10;

interface Parameters {
  readonly slope: number;
  readonly offset: number;
}

/**
 * Logistic regression with prior weights: the genuine pairs together weigh 1 / (1 + galleryReference), the impostor
 * pairs the rest, as in a search among so many other persons. With balanced classes the probabilities would be
 * useless there. Newton's method with step halving; the weighted likelihood is concave, so it finds the optimum.
 * @param genuine cosines of pairs of one person
 * @param impostors cosines of pairs of two persons; all of them, for the upper tail decides
 * @param galleryReference n_cal: impostors for each genuine pair
 * @throws RangeError when a class is empty, or no cosine of one lies among those of the other: then no curve is best
 */
export function fitLogistic(
  genuine: Float64Array,
  impostors: Float64Array,
  galleryReference: number,
): LogisticFit {
  if (genuine.length === 0 || impostors.length === 0) {
    throw new RangeError('pairs of one person and pairs of two persons are needed');
  }
  if (minimum(genuine) > maximum(impostors)) {
    throw new RangeError(
      'every pair of one person is more alike than every pair of two: more, or harder, pairs are needed to see where they meet',
    );
  }
  const prior = 1 / (1 + galleryReference);
  const classes = [
    { cosines: genuine, label: 1, weight: prior / genuine.length },
    { cosines: impostors, label: 0, weight: (1 - prior) / impostors.length },
  ];

  const likelihood = ({ slope, offset }: Parameters) => {
    let sum = 0;
    for (const { cosines, label, weight } of classes) {
      let part = 0;
      for (const cosine of cosines) {
        const logit = slope * cosine + offset;
        part += (label === 1 ? 0 : -logit) - Math.log1p(Math.exp(-Math.abs(logit))) + Math.min(logit, 0);
      }
      sum += weight * part;
    }
    return sum;
  };

  let current: Parameters = { slope: 0, offset: -Math.log(galleryReference) };
  let best = likelihood(current);
  for (let iteration = 0; iteration < mostIterations; iteration++) {
    const step = newtonStep(classes, current);
    let length = 1;
    let next = moved(current, step, length);
    let value = likelihood(next);
    while (value < best && length > tolerance) {
      length /= 2;
      next = moved(current, step, length);
      value = likelihood(next);
    }
    const gain = value - best;
    if (gain <= 0) break;
    [current, best] = [next, value];
    if (gain < tolerance * Math.abs(best)) break;
  }
  return { alpha: current.slope, tau: -current.offset / current.slope };
}

interface WeightedClass {
  readonly cosines: Float64Array;
  readonly label: number;
  readonly weight: number;
}

/** Gradient divided by the Hessian of the weighted log-likelihood. */
function newtonStep(classes: readonly WeightedClass[], { slope, offset }: Parameters): Parameters {
  let [gradientSlope, gradientOffset, slopeSlope, slopeOffset, offsetOffset] = [0, 0, 0, 0, 0];
  for (const { cosines, label, weight } of classes) {
    for (const cosine of cosines) {
      const probability = 1 / (1 + Math.exp(-(slope * cosine + offset)));
      const miss = weight * (label - probability);
      const curvature = weight * probability * (1 - probability);
      gradientSlope += miss * cosine;
      gradientOffset += miss;
      slopeSlope += curvature * cosine * cosine;
      slopeOffset += curvature * cosine;
      offsetOffset += curvature;
    }
  }
  const determinant = slopeSlope * offsetOffset - slopeOffset * slopeOffset;
  return {
    slope: (offsetOffset * gradientSlope - slopeOffset * gradientOffset) / determinant,
    offset: (slopeSlope * gradientOffset - slopeOffset * gradientSlope) / determinant,
  };
}

function moved(from: Parameters, step: Parameters, length: number): Parameters {
  return { slope: from.slope + length * step.slope, offset: from.offset + length * step.offset };
}

function minimum(values: Float64Array): number {
  return values.reduce((least, value) => Math.min(least, value), Infinity);
}

function maximum(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}
