import type { Round } from './round.ts';
import type { Scenario } from './scenarios.ts';

/** Something that is measured: a server, or the models without one. */
export interface Contender {
  readonly name: string;
  /** @returns why the scenario is not for this contender, else undefined */
  refusal(scenario: Scenario): Promise<string | undefined>;
  /** Works on the scenario for so long. */
  run(scenario: Scenario, seconds: number): Promise<Round>;
}
