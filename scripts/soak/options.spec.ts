import { describe, expect, it } from 'vitest';
import { readOptions } from './options.ts';

describe('the options of a soak', () => {
  it('are an hour at 70 % unless they are given', () => {
    expect(readOptions([])).toMatchObject({ minutes: 60, share: 0.7 });
    expect(readOptions(['--minutes', '3', '--share', '.5', '--out', '/somewhere'])).toEqual({
      minutes: 3,
      share: 0.5,
      folder: '/somewhere',
    });
  });

  it('may ask for help only', () => {
    expect(readOptions(['--help'])).toBeUndefined();
  });

  it.each([
    [['--minute', '3'], /minute/],
    [['now'], /now/],
    [['--minutes', '0'], /--minutes is '0', expected a number from 1 to 1440/],
    [['--minutes', 'three'], /--minutes is 'three'/],
    [['--share', '1'], /--share is '1'/],
    [['--share', ''], /--share is ''/],
  ])('%j are answered with the usage', (args, words) => {
    expect(() => readOptions(args)).toThrow(words);
    expect(() => readOptions(args)).toThrow(/npm run soak/);
  });
});
