/** What one contender did in one round of a scenario. */
export interface Round {
  readonly seconds: number;
  /** Of answered requests, in milliseconds. */
  readonly latencies: readonly number[];
  /** How often what went wrong: a status or the code of an error. */
  readonly errors: ReadonlyMap<string, number>;
  /** CPU milliseconds of each part of the contender, by the part's name; NaN where it cannot be known. */
  readonly cpu: Readonly<Record<string, number>>;
  /** Highest resident memory of all parts together, MB. */
  readonly memory: number;
  /** Longest pause of the event loop, milliseconds; NaN where it cannot be known. */
  readonly longestPause: number;
}

export interface Summary {
  /** Median of the rounds. */
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly errors: number;
  /** Median over the rounds of CPU milliseconds a request, by part. */
  readonly cpu: Readonly<Record<string, number>>;
  readonly memory: number;
  readonly longestPause: number;
}

export function requestsPerSecond({ latencies, seconds }: Round): number {
  return latencies.length / seconds;
}

export function summarise(rounds: readonly Round[]): Summary {
  const latencies = rounds.flatMap((round) => round.latencies).sort((a, b) => a - b);
  const parts = Object.keys(rounds[0]?.cpu ?? {});
  const perRequest = (part: string) =>
    rounds.map((round) => (round.cpu[part] ?? Number.NaN) / Math.max(1, round.latencies.length));
  return {
    requestsPerSecond: median(rounds.map(requestsPerSecond)),
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    errors: rounds.reduce((sum, { errors }) => sum + [...errors.values()].reduce((a, b) => a + b, 0), 0),
    cpu: Object.fromEntries(parts.map((part) => [part, median(perRequest(part))])),
    memory: Math.max(...rounds.map(({ memory }) => memory)),
    longestPause: Math.max(...rounds.map(({ longestPause }) => longestPause)),
  };
}

/** Median of the ratios of rounds that ran next to each other: a load on the machine hits both. */
export function pairedRatio(ours: readonly Round[], theirs: readonly Round[]): number {
  return median(
    ours.map((round, index) => {
      const other = theirs[index];
      return other === undefined ? Number.NaN : requestsPerSecond(round) / requestsPerSecond(other);
    }),
  );
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** @param sorted ascending */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
