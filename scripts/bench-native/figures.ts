import { table } from '../measure/markdown.ts';
import { isReached, type Target } from '../quality/measurement.ts';
import type { Summary } from './rounds.ts';

/** As in "7.31 (7.80)": milliseconds of the best call, and in brackets the median. */
export function milliseconds(summary: Summary | undefined): string {
  return summary === undefined ? '-' : `${digits(summary.best / 1e6)} (${digits(summary.median / 1e6)})`;
}

/** Three digits that count. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return '-';
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** As in "2.61 (2.48)". */
export function times(ratio: { readonly best: number; readonly median: number } | undefined): string {
  return ratio === undefined ? '-' : `${ratio.best.toFixed(2)} (${ratio.median.toFixed(2)})`;
}

/** Operations a second of the best call, in billions. */
export function rate({ best, operations }: Summary): number {
  return operations / best;
}

export function megabytes(bytes: number): string {
  return digits(bytes / 2 ** 20);
}

export function targetTable(targets: readonly Target[]): string {
  const rows = targets.map((target) => {
    const { name, value, least, most } = target;
    const bound = least === undefined ? `at most ${figure(most ?? NaN)}` : `at least ${figure(least)}`;
    return [name, figure(value), bound, isReached(target) ? 'yes' : 'no'];
  });
  return table(['target', 'measured', 'wanted', 'reached'], rows);
}

function figure(value: number): string {
  return value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(1) : value.toFixed(2);
}
