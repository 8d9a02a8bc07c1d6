import { readFileSync } from 'node:fs';

interface IntendedDifferences {
  /** Names of recorded calls that our server answers otherwise than the real one, and why. */
  readonly recorded: Readonly<Record<string, string>>;
  /** Kinds of requests of which the same is true, and why. */
  readonly compared: Readonly<Record<string, string>>;
}

/** Where our model server means to differ from a real Triton; docs/conformance.md tells more. */
export const intendedDifferences = JSON.parse(
  readFileSync(new URL('./intended-differences.json', import.meta.url), 'utf8'),
) as IntendedDifferences;
