import { describe, expect, it } from 'vitest';
import { problemOfKey, readKeyLines } from './key-lines.js';

const any = { minimumLength: 0 };
const long = { minimumLength: 16 };

describe('the lines of a key file', () => {
  it('are keys but for comments and blank lines, each once', () => {
    expect(readKeyLines('# one\nb key\n\r\nc\r\n#d\nb key', any)).toEqual({
      keys: ['b key', 'c'],
      problems: [],
    });
  });

  it('say where something is wrong, without showing it', () => {
    const { problems } = readKeyLines('a-key-of-seventeen\nsecret\n secret-with-a-blank-before', long);
    expect(problems).toEqual([
      expect.stringMatching(/^Line 2 is shorter than the 16 characters/),
      expect.stringMatching(/^Line 3 starts or ends with a blank/),
    ]);
    expect(problems.join()).not.toContain('secret');
  });

  it.each(['', '\n\n', '# nothing\n'])('are too few in %j', (content) => {
    expect(readKeyLines(content, any).problems).toEqual(['There is no key in it']);
  });
});

describe('a key', () => {
  it.each([
    ['x'.repeat(16), long, undefined],
    ['x'.repeat(15), long, /16 characters/],
    ['x', any, undefined],
    ['', long, /16 characters/],
    ['sec\u0001ret-with-a-control', any, /control character/],
    ['line\nbreak', any, /control character/],
  ])('%j of %o', (key, rules, problem) => {
    if (problem === undefined) expect(problemOfKey(key, rules)).toBeUndefined();
    else expect(problemOfKey(key, rules)).toMatch(problem);
  });
});
