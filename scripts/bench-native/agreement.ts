import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contender } from './rounds.ts';

/** Differences of scores, so that a fast wrong answer is noticed. */
export interface Agreement {
  /** Largest difference of any contender from the reference. */
  readonly fromReference: number;
  /** Largest difference between any two levels of vector instructions; undefined when none were forced. */
  readonly betweenLevels: number | undefined;
}

/** Most that a score may differ from the float64 reference. */
export const scoreTolerance = 1e-5;

/**
 * Compares the scores of contenders that have run.
 * @param reference the contender that the others are compared with
 * @param folder for files that live as long as this call
 * @throws Error when one is off by more than {@link scoreTolerance}
 */
export async function compareScores(
  contenders: readonly Contender[],
  reference: Contender,
  folder: string,
): Promise<Agreement> {
  const wanted = await scoresOf(reference, folder);
  const levels: Float64Array[] = [];
  let fromReference = 0;
  for (const contender of contenders) {
    const scores = await scoresOf(contender, folder);
    const difference = largestDifference(scores, wanted);
    if (!(difference <= scoreTolerance)) {
      throw new Error(`${contender.label}: scores are ${difference} off those of ${reference.label}`);
    }
    fromReference = Math.max(fromReference, difference);
    if (contender.specification.startsWith('level ')) levels.push(scores);
  }
  const between = levels.flatMap((one) => levels.map((other) => largestDifference(one, other)));
  return { fromReference, betweenLevels: largest(between) };
}

export function worseOf(a: Agreement, b: Agreement): Agreement {
  return {
    fromReference: Math.max(a.fromReference, b.fromReference),
    betweenLevels: largest([a.betweenLevels, b.betweenLevels].filter((each) => each !== undefined)),
  };
}

function largest(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values);
}

/** @returns NaN when a score is missing or no number */
export function largestDifference(scores: Float64Array, wanted: Float64Array): number {
  if (scores.length < wanted.length) return Number.NaN;
  return wanted.reduce(
    (largest, value, index) => Math.max(largest, Math.abs(value - (scores[index] ?? Number.NaN))),
    0,
  );
}

async function scoresOf({ program, specification }: Contender, folder: string): Promise<Float64Array> {
  const file = join(folder, 'scores.f64');
  await program.writeScores(specification, file);
  return new Float64Array(Uint8Array.from(readFileSync(file)).buffer);
}
