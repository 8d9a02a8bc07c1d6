import { StartError } from './start-error.js';

/** What the process was given: the environment, with `.env` beneath it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads variables strictly and collects what is wrong. An empty string counts as unset. */
export class EnvironmentReader {
  private readonly problems: string[] = [];

  constructor(private readonly environment: Environment) {}

  text(name: string): string | undefined {
    const value = this.environment[name];
    return value === undefined || value === '' ? undefined : value;
  }

  /** Decimal digits only: `0x10`, `1e3` and ` 8` are more likely mistakes than wishes. */
  integer(name: string, min: number, max: number): number | undefined {
    return this.read(name, `an integer from ${min} to ${max}`, (text) => {
      const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
      return value >= min && value <= max ? value : undefined;
    });
  }

  oneOf<const Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    return this.read(name, `one of ${choices.join(', ')}`, (text) =>
      choices.find((choice) => choice === text),
    );
  }

  /** @param expected ends the sentence "NAME is 'text', expected ..." */
  read<Value>(name: string, expected: string, parse: (text: string) => Value | undefined): Value | undefined {
    const text = this.text(name);
    const value = text === undefined ? undefined : parse(text);
    if (text !== undefined && value === undefined) {
      this.problems.push(`${name} is '${text}', expected ${expected}.`);
    }
    return value;
  }

  /** @throws StartError with a sentence for each variable that was wrong, so that nobody mends one a start */
  finish(): void {
    if (this.problems.length > 0) throw new StartError(this.problems.join('\n'));
  }
}
