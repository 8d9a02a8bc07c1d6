import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitLogistic } from './fit-logistic.ts';

/** Values that divide a normal distribution into equal parts: a sample without chance. */
function normalSample(mean: number, deviation: number, size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, index) => mean + deviation * probit((index + 0.5) / size));
}

/** Inverse of the normal distribution by bisection of its logistic-free series; exact to 1e-9 or so. */
function probit(share: number): number {
  let [low, high] = [-9, 9];
  while (high - low > 1e-10) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Abramowitz and Stegun 26.2.17, absolute error below 7.5e-8. */
function normalShare(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const series =
    ((((1.330274429 * t - 1.821255978) * t + 1.781477937) * t - 0.356563782) * t + 0.31938153) * t;
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return x < 0 ? tail : 1 - tail;
}

describe('the calibration', () => {
  it('finds the logistic that two equal bells have', () => {
    const [genuineMean, impostorMean, deviation, reference] = [0.35, 0.05, 0.1, 10];
    const fit = fitLogistic(
      normalSample(genuineMean, deviation, 4000),
      normalSample(impostorMean, deviation, 4000),
      reference,
    );
    // Bayes: the logit is linear in the cosine, with this slope, shifted by the prior.
    const alpha = (genuineMean - impostorMean) / deviation ** 2;
    expect(fit.alpha / alpha).toBeCloseTo(1, 1);
    expect(fit.tau).toBeCloseTo((genuineMean + impostorMean) / 2 + Math.log(reference) / alpha, 2);
  });

  it('asks for more alikeness in a larger collection', () => {
    const genuine = normalSample(0.5, 0.15, 500);
    const impostors = normalSample(0.05, 0.1, 5000);
    const taus = [1, 10, 100, 1000].map((reference) => fitLogistic(genuine, impostors, reference).tau);
    expect(taus).toEqual([...taus].sort((a, b) => a - b));
  });

  it('does not depend on how many pairs there are of a kind', () => {
    const genuine = normalSample(0.5, 0.15, 300);
    const impostors = normalSample(0.05, 0.1, 400);
    const twice = Float64Array.from([...impostors, ...impostors]);
    const once = fitLogistic(genuine, impostors, 100);
    const doubled = fitLogistic(genuine, twice, 100);
    expect(doubled.alpha).toBeCloseTo(once.alpha, 4);
    expect(doubled.tau).toBeCloseTo(once.tau, 6);
  });

  it('follows the cosines when they are shifted and scaled', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -0.3, max: 0.3, noNaN: true }),
        fc.double({ min: 0.3, max: 1, noNaN: true }),
        (shift, scale) => {
          const move = (cosine: number) => scale * cosine + shift;
          const genuine = normalSample(0.5, 0.15, 60);
          const impostors = normalSample(0.05, 0.15, 60);
          const plain = fitLogistic(genuine, impostors, 50);
          const other = fitLogistic(genuine.map(move), impostors.map(move), 50);
          expect(other.alpha * scale).toBeCloseTo(plain.alpha, 2);
          expect(other.tau).toBeCloseTo(move(plain.tau), 4);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('says when the pairs show nothing', () => {
    expect(() => fitLogistic(Float64Array.of(0.8, 0.9), Float64Array.of(0.1, 0.2), 1000)).toThrow('harder');
    expect(() => fitLogistic(Float64Array.of(0.8), new Float64Array(), 1000)).toThrow('two persons');
  });
});
