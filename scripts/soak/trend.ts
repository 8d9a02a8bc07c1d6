/** A figure at a time in seconds. */
export type Point = readonly [seconds: number, value: number];

/** How a figure went on after the warm-up. */
export interface Trend {
  /** Per hour, of the line through the points. */
  readonly slope: number;
  /** Median of the first and of the last third. */
  readonly early: number;
  readonly late: number;
  readonly highest: number;
}

/**
 * The Theil-Sen line: the median of the slopes between all pairs of points. A single collection of garbage, or a burst,
 * does not turn it, as it would a line of least squares (Sen 1968, doi:10.1080/01621459.1968.10480934).
 */
export function trendOf(points: readonly Point[]): Trend {
  const slopes = points.flatMap(([time, value], index) =>
    points
      .slice(index + 1)
      .flatMap(([later, next]) => (later > time ? [(next - value) / (later - time)] : [])),
  );
  const values = points.map(([, value]) => value);
  const third = Math.max(1, Math.floor(values.length / 3));
  return {
    slope: median(slopes) * 3600,
    early: median(values.slice(0, third)),
    late: median(values.slice(-third)),
    highest: Math.max(...values),
  };
}

/** NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? (upper + (sorted[middle - 1] ?? Number.NaN)) / 2 : upper;
}

/** Of the late value: what may grow in an hour and still be called flat. */
const flatShare = 0.05;
/** Seconds after the warm-up, below which a slope says nothing. */
const leastSeconds = 20 * 60;

export type Verdict = 'flat' | 'rising' | 'too short a time to say';

/**
 * Flat, when neither the line nor the difference between the first and the last third rises by more than a twentieth an
 * hour. Falling is flat here: what was taken once is given back.
 */
export function verdictOf(points: readonly Point[]): Verdict {
  const seconds = (points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0);
  if (seconds < leastSeconds) return 'too short a time to say';
  const { slope, early, late } = trendOf(points);
  // The middles of two thirds are two thirds of the time apart.
  const difference = ((late - early) / ((seconds * 2) / 3)) * 3600;
  return Math.min(slope, difference) > flatShare * late ? 'rising' : 'flat';
}
