import { describe, expect, it } from 'vitest';
import { EnvironmentReader } from './environment-reader.js';
import { StartError } from './start-error.js';

const reader = (value?: string) => new EnvironmentReader({ NAME: value });

/** What `finish` says after `read`; undefined when all was right. */
function problemOf(value: string, read: (reader: EnvironmentReader) => unknown): string | undefined {
  const one = reader(value);
  read(one);
  try {
    one.finish();
  } catch (error) {
    if (error instanceof StartError) return error.message;
    throw error;
  }
  return undefined;
}

describe('the reader of the environment', () => {
  it.each([
    ['true', true],
    ['1', true],
    ['YES', true],
    ['off', false],
    ['False', false],
  ])('reads %s as %s', (text, value) => {
    expect(reader(text).boolean('NAME', !value)).toBe(value);
  });

  it.each([undefined, ''])('takes %j for unset', (value) => {
    const unset = reader(value);
    expect(unset.text('NAME')).toBeUndefined();
    expect(unset.integer('NAME', { min: 0, max: 9 }, 7)).toBe(7);
    expect(unset.optionalInteger('NAME', { min: 0, max: 9 })).toBeUndefined();
    expect(unset.optionalNumber('NAME', { min: 0, max: 9 })).toBeUndefined();
    expect(unset.boolean('NAME', true)).toBe(true);
    expect(unset.oneOf('NAME', ['a', 'b'], 'b')).toBe('b');
    expect(unset.optionalOneOf('NAME', ['a', 'b'])).toBeUndefined();
    expect(() => unset.finish()).not.toThrow();
  });

  it.each(['0x10', '1e3', ' 8', '1.5', '-1', '10'])('takes %j for no integer of its range', (text) => {
    expect(problemOf(text, (one) => one.integer('NAME', { min: 0, max: 9 }, 0))).toBe(
      `NAME is '${text}', expected an integer from 0 to 9.`,
    );
  });

  it('shuts the ends of a range out where it is told to', () => {
    const read = (one: EnvironmentReader) => one.number('NAME', { min: 0, max: 1, exclusive: true }, 0.5);
    expect(problemOf('.5', read)).toBeUndefined();
    expect(problemOf('0', read)).toBe("NAME is '0', expected a number above 0 and below 1.");
    expect(problemOf('0', (one) => one.number('NAME', { min: 0, max: 1 }, 0.5))).toBeUndefined();
  });

  it('knows only the choices as they are written', () => {
    expect(problemOf('A', (one) => one.optionalOneOf('NAME', ['a', 'b']))).toBe(
      "NAME is 'A', expected one of a, b.",
    );
  });

  it('says all that is wrong at once', () => {
    const both = problemOf('x', (one) => {
      one.boolean('NAME', true);
      one.problem('Something else.');
    });
    expect(both).toBe("NAME is 'x', expected true or false.\nSomething else.");
  });
});
