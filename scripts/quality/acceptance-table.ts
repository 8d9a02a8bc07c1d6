import { bootstrapIntervals } from '../measure/bootstrap.ts';
import { table } from '../measure/markdown.ts';
import type { ReliabilityBin } from './calibration-error.ts';
import type { IdentificationSample } from './identification.ts';
import { rate, share } from './measurement.ts';

/** Scores from which on first candidates are accepted, and false positive rates for which scores are sought. */
const scores = [0.5, 0.9];
const wantedRates = [0.01, 0.001];

/** What comes of searches in which only first candidates from a score on are accepted, by condition. */
export function acceptanceTable(samples: Readonly<Record<string, IdentificationSample>>): string {
  const rows = Object.entries(samples).flatMap(([condition, sample]) => {
    const named = [
      ...scores.map((score) => ({ score, name: 'score' })),
      ...wantedRates.map((wanted) => ({ score: sample.thresholdAt(wanted), name: `FPIR ${wanted}` })),
    ];
    return named.map(({ score, name }) => [condition, name, share(score), ...rates(sample, score)]);
  });
  return table(['probes', 'set by', 'accepted from', 'FPIR', 'TPIR'], rows);
}

function rates(sample: IdentificationSample, score: number): string[] {
  const both = (draws?: readonly Int32Array[]) => {
    const { falsePositive, truePositive } = sample.acceptance(score, draws);
    return [falsePositive, truePositive];
  };
  const intervals = bootstrapIntervals(sample.strata, both, { seed: 'acceptance: bootstrap over persons' });
  return both().map((value, index) => {
    const { low, high } = intervals[index] ?? { low: Number.NaN, high: Number.NaN };
    return rate({ value, low, high });
  });
}

/** How often first candidates with a score are the right person, by condition. */
export function reliabilityTable(bins: Readonly<Record<string, readonly ReliabilityBin[]>>): string {
  const rows = Object.entries(bins).flatMap(([condition, own]) =>
    own.map(({ low, high, number, meanScore, right }) => [
      condition,
      `${low} to ${high}`,
      String(number),
      share(meanScore),
      share(right),
    ]),
  );
  return table(['probes', 'score', 'searches', 'mean score', 'right'], rows);
}
