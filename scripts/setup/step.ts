import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../run/root.ts';
import { endStep } from './step-line.mjs';

export interface Step {
  readonly name: string;
  /** Hash of everything that the result depends on. */
  readonly inputs: string;
  /** File that keeps the hash of the last success, relative to the project. */
  readonly stamp: string;
  /** Files of the result: when one is missing, the step runs whatever the stamp says. */
  readonly results: readonly string[];
  run(): Promise<void>;
}

/** Runs a step unless its result is there and its inputs are unchanged, and prints its line. */
export async function runStep(step: Step): Promise<void> {
  const stamp = join(root, step.stamp);
  if (step.results.every((file) => existsSync(join(root, file))) && readStamp(stamp) === step.inputs) {
    endStep(step.name);
    return;
  }
  const start = performance.now();
  rmSync(stamp, { force: true });
  await step.run();
  mkdirSync(dirname(stamp), { recursive: true });
  // The hash from before the run: what was edited in the meantime counts as changed.
  writeFileSync(stamp, step.inputs);
  endStep(step.name, performance.now() - start);
}

function readStamp(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
