import { table } from '../measure/markdown.ts';
import type { Measurement, Target } from '../quality/measurement.ts';
import type { Bench } from './bench.ts';
import { crowds, drawCrowd } from './data-set.ts';
import { digits, milliseconds, rate } from './figures.ts';
import { summarise, type Summary, type Timings } from './rounds.ts';

const count = 1000;
/** On which the share of the peak is a target; also measured at the smaller dimension. */
const targetDimension = 1024;
const dimensions = [512, targetDimension];

const pairs = {
  unbounded: 'library without the bound',
  bounded: 'library',
  numpy: 'numpy (ssyrk)',
} as const;

/** What the core can do at most, and how much of it the comparison of all pairs reaches. */
export async function measurePeaks(bench: Bench): Promise<Measurement> {
  const peaks = [
    ...bench.peaks.map((name) => ({ label: `float32, ${name}`, specification: `multiply-add name=${name}` })),
    ...(bench.hasVnni ? [{ label: 'int8, VNNI', specification: 'vnni' }] : []),
  ].map(({ label, specification }) => bench.ours(label, specification));
  const best = `float32, ${bench.bestPeak}`;
  const parts = [
    bench.ours(pairs.unbounded, `pairs name=${bench.bestLevel} bound=off`),
    bench.ours(pairs.bounded, `pairs name=${bench.bestLevel}`),
    ...(bench.numpy === undefined
      ? []
      : [{ label: pairs.numpy, program: bench.numpy, specification: 'gram' }]),
  ];

  const peakRows: string[][] = [];
  const pairRows: string[][] = [];
  const targets: Target[] = [];
  for (const dimension of dimensions) {
    const timings = await bench.time(drawCrowd(crowds[0], count, dimension), [...peaks, ...parts]);
    const limit = rateOf(timings, best);
    const unbounded = summarise(timings, pairs.unbounded);
    if (unbounded === undefined) throw new Error('the pairs were not measured');
    for (const { label } of parts) {
      const summary = summarise(timings, label);
      if (summary === undefined) continue;
      pairRows.push(pairRow(label, dimension, { ...summary, operations: unbounded.operations }, limit));
    }
    if (dimension !== targetDimension) continue;
    peakRows.push(...peaks.map(({ label }) => [label, digits(rateOf(timings, label))]));
    targets.push({
      name: `pairs without a bound, share of the float32 peak, D ${dimension}, K ${count}`,
      value: rate(unbounded) / limit,
      least: 0.8,
    });
  }
  return {
    section: [
      '## What one core can do',
      'Operations in registers, a multiplication and its addition counted as two; best of all rounds.',
      table(['operations', 'billions a second'], peakRows),
      '## All pairs',
      `Of ${count} random candidates that lie ready as rows of unit length. Operations are the multiplications and additions of one half of the Gram matrix, whether they were done or spared; numpy makes the other half by copying. The share is that of the best float32 peak.`,
      table(['contender', 'D', 'ms', 'billions a second', 'share'], pairRows),
    ].join('\n\n'),
    targets,
  };
}

function rateOf(timings: Timings, label: string): number {
  const summary = summarise(timings, label);
  return summary === undefined ? Number.NaN : rate(summary);
}

function pairRow(label: string, dimension: number, summary: Summary, limit: number): string[] {
  return [
    label,
    String(dimension),
    milliseconds(summary),
    digits(rate(summary)),
    `${((100 * rate(summary)) / limit).toFixed(0)} %`,
  ];
}
