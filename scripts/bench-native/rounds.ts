import { median } from '../bench/round.ts';
import { Interrupted } from '../run/failure.ts';
import type { MeasuringProgram, Timing } from './measuring-program.ts';

export interface Contender {
  readonly label: string;
  readonly program: MeasuringProgram;
  /** What the program is asked to run. */
  readonly specification: string;
  /** Takes part in the first rounds only: for what takes a second a call. */
  readonly slow?: boolean;
}

/** Rounds that a slow contender takes part in. */
const slowRounds = 3;
/** So many times the rounds at most, while the best call of a contender may have been disturbed. */
const patience = 3;
/** A best call counts as undisturbed when those of other rounds come as close to it as this. */
const closeness = 1.03;
const witnesses = 2;

export interface RoundOptions {
  readonly rounds: number;
  /** Of one contender in one round. */
  readonly milliseconds: number;
  readonly stop: AbortSignal;
}

/** Timings of each contender, by its label, one a round. */
export type Timings = ReadonlyMap<string, readonly Timing[]>;

/**
 * Runs contenders in turns, so that a load on the machine hits all of them; each goes first as often as last.
 * Contenders whose best calls differ from round to round go on for more rounds.
 */
export async function runRounds(contenders: readonly Contender[], options: RoundOptions): Promise<Timings> {
  const { rounds, milliseconds, stop } = options;
  const timings = new Map<string, Timing[]>(contenders.map(({ label }) => [label, []]));
  const takesPart = ({ label, slow }: Contender, round: number) => {
    if (slow === true) return round < slowRounds;
    return round < rounds || !isSettled(timings.get(label) ?? []);
  };
  // The first call of all pays for what a program prepares once.
  for (const { program, specification } of contenders) await program.run(specification, 0);
  for (let round = 0; round < patience * rounds; round++) {
    const turn = contenders.filter((contender) => takesPart(contender, round));
    if (turn.length === 0) break;
    for (const { label, program, specification } of round % 2 === 0 ? turn : turn.toReversed()) {
      if (stop.aborted) throw new Interrupted();
      timings.get(label)?.push(await program.run(specification, milliseconds));
    }
  }
  return timings;
}

/** Whether the best calls of enough rounds agree, so that the best of all is no matter of luck. */
export function isSettled(timings: readonly Timing[]): boolean {
  const bests = timings.map(({ best }) => best).sort((a, b) => a - b);
  const [best, witness] = [bests[0], bests[witnesses]];
  return best !== undefined && witness !== undefined && witness <= closeness * best;
}

/** The best call of all rounds, and the median of the rounds' medians; nanoseconds. */
export interface Summary {
  readonly best: number;
  readonly median: number;
  readonly operations: number;
}

/** @returns undefined when the contender did not take part */
export function summarise(timings: Timings, label: string): Summary | undefined {
  const own = timings.get(label);
  if (own === undefined || own.length === 0) return undefined;
  return {
    best: Math.min(...own.map(({ best }) => best)),
    median: median(own.map((timing) => timing.median)),
    operations: own[0]?.operations ?? 0,
  };
}

/** How many times faster one is than the other. */
export interface Ratio {
  /** Of the best calls. */
  readonly best: number;
  /** Median over the rounds of the ratio of the medians. */
  readonly median: number;
}

/** @returns how many times faster `faster` is than `slower`; undefined when one of them did not take part */
export function ratio(timings: Timings, slower: string, faster: string): Ratio | undefined {
  const [above, below] = [summarise(timings, slower), summarise(timings, faster)];
  if (above === undefined || below === undefined) return undefined;
  const theirs = timings.get(slower) ?? [];
  const ours = timings.get(faster) ?? [];
  const rounds = Math.min(theirs.length, ours.length);
  return {
    best: above.best / below.best,
    median: median(
      theirs.slice(0, rounds).map((round, index) => round.median / (ours[index]?.median ?? NaN)),
    ),
  };
}
