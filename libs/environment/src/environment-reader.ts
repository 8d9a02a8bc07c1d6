import type { Environment } from './environment.js';
import { SettingsError } from './settings-error.js';

/**
 * Reads variables strictly and collects what is wrong instead of stopping at the first. An empty string
 * counts as unset: compose files and shells write `NAME=` for "not given".
 */
export class EnvironmentReader {
  readonly #environment: Environment;
  readonly #problems: string[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  text(name: string): string | undefined {
    const value = this.#environment[name];
    return value === undefined || value === '' ? undefined : value;
  }

  /** Decimal digits only: `0x10`, `1e3` and ` 8` are more likely mistakes than wishes. */
  integer(name: string, range: { min: number; max: number }, fallback: number): number {
    return this.optionalInteger(name, range) ?? fallback;
  }

  optionalInteger(name: string, { min, max }: { min: number; max: number }): number | undefined {
    return this.#read(name, `an integer from ${min} to ${max}`, (text) => {
      const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
      return value >= min && value <= max ? value : undefined;
    });
  }

  /** A decimal number, both ends included unless `exclusive` shuts them out. */
  number(name: string, range: NumberRange, fallback: number): number {
    return this.optionalNumber(name, range) ?? fallback;
  }

  optionalNumber(name: string, { min, max, exclusive = false }: NumberRange): number | undefined {
    const expected = exclusive ? `a number above ${min} and below ${max}` : `a number from ${min} to ${max}`;
    return this.#read(name, expected, (text) => {
      const value = /^-?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
      const fits = exclusive ? value > min && value < max : value >= min && value <= max;
      return fits ? value : undefined;
    });
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.#read(name, 'true or false', (text) => {
      if (/^(true|1|yes|on)$/i.test(text)) return true;
      if (/^(false|0|no|off)$/i.test(text)) return false;
      return undefined;
    });
    return value ?? fallback;
  }

  oneOf<const Choice extends string>(name: string, choices: readonly Choice[], fallback: Choice): Choice {
    return this.optionalOneOf(name, choices) ?? fallback;
  }

  optionalOneOf<const Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const expected = `one of ${choices.join(', ')}`;
    return this.#read(name, expected, (text) => choices.find((choice) => choice === text));
  }

  /** For what depends on more than one variable. */
  problem(sentence: string): void {
    this.#problems.push(sentence);
  }

  /** @throws SettingsError when anything read so far was wrong. */
  finish(): void {
    if (this.#problems.length > 0) throw new SettingsError(this.#problems);
  }

  #read<Value>(
    name: string,
    expected: string,
    parse: (text: string) => Value | undefined,
  ): Value | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = parse(text);
    if (value === undefined) this.problem(`${name} is '${text}', expected ${expected}.`);
    return value;
  }
}

export interface NumberRange {
  readonly min: number;
  readonly max: number;
  /** The ends themselves are not allowed. */
  readonly exclusive?: boolean;
}
