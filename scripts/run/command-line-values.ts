import { statSync } from 'node:fs';

/** A word on the command line that means nothing there. */
export class WrongValue extends Error {
  readonly expected: string;
  readonly given: string | undefined;

  /**
   * @param expected ends the sentence "--rounds is 'x', expected ..."
   * @param given the word, where it is one of several
   */
  constructor(expected: string, given?: string) {
    super(`expected ${expected}`);
    this.expected = expected;
    this.given = given;
  }
}

/** `--name VALUE`, or `--name` alone where there is no argument. */
export interface Option<Value> {
  /** What stands for its value in the usage. */
  readonly argument: string;
  readonly about: string;
  /**
   * @param texts one for each time that it was given
   * @throws WrongValue
   */
  readonly read: (texts: readonly string[]) => Value;
}

/** An option that counts once: the last one, when it is given again. */
export function option<Value, Initial>(
  argument: string,
  about: string,
  read: (text: string) => Value,
  initial: Initial,
): Option<Value | Initial> {
  return { argument, about, read: (texts) => readEach(read)(texts).at(-1) ?? initial };
}

/** An option that may be given several times. */
export function repeatedOption<Value>(
  argument: string,
  about: string,
  read: (text: string) => Value,
): Option<Value[]> {
  return { argument, about, read: readEach(read) };
}

/** @returns reads several words, and tells which one is wrong */
export function readEach<Value>(read: (text: string) => Value): (texts: readonly string[]) => Value[] {
  return (texts) =>
    texts.map((given) => {
      try {
        return read(given);
      } catch (error) {
        throw error instanceof WrongValue ? new WrongValue(error.expected, given) : error;
      }
    });
}

export const text = (given: string): string => given;

/** @throws WrongValue */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (given) => {
    const value = /^\d{1,16}$/.test(given) ? Number(given) : Number.NaN;
    if (value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`;
    throw new WrongValue(`a whole number ${range}`);
  };
}

/** @throws WrongValue */
export function positiveNumber(given: string): number {
  const value = /^\d+(\.\d+)?$/.test(given) ? Number(given) : 0;
  if (value > 0 && Number.isFinite(value)) return value;
  throw new WrongValue('a number above 0');
}

/** @throws WrongValue */
export function oneOf(names: readonly string[]): (text: string) => string {
  return (given) => {
    if (names.includes(given)) return given;
    throw new WrongValue(names.join(', ').replace(/, ([^,]+)$/, ' or $1'));
  };
}

/** @throws WrongValue */
export function existingFile(given: string): string {
  if (statSync(given, { throwIfNoEntry: false })?.isFile() === true) return given;
  throw new WrongValue('a file that is there');
}
