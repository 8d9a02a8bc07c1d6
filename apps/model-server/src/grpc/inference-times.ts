import type { InferenceTimes } from '@face/kserve';
import type { RunTimes } from '../workers/worker-messages.js';

/**
 * Where the time of a request went whose parts ran side by side: it waited until the first began and was inferred
 * until the last ended. Copying of inputs is part of the wait.
 * @param arrived on the clock of `process.hrtime.bigint()`
 */
export function summarise(arrived: bigint, runs: readonly { readonly times: RunTimes }[]): InferenceTimes {
  const began = least(runs.map(({ times }) => times.started)) ?? arrived;
  const ended = least(runs.map(({ times }) => -times.ended)) ?? -arrived;
  return {
    queue: began - arrived,
    input: 0n,
    infer: -ended - began,
    output: process.hrtime.bigint() + ended,
    executions: runs.length,
  };
}

function least(values: readonly bigint[]): bigint | undefined {
  return values.reduce<bigint | undefined>(
    (best, value) => (best === undefined || value < best ? value : best),
    undefined,
  );
}
