import { parseArgs } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PackError } from '../packs/pack-error.js';
import { commandFailure } from './command-failure.js';

describe('a command that fails', () => {
  const usage = 'how to use it\n';
  const failureWith = (...args: string[]) => {
    try {
      parseArgs({ args, allowPositionals: true, options: { size: { type: 'string' } } });
    } catch (error) {
      return commandFailure(error, usage);
    }
    throw new Error('the arguments are fine');
  };

  it.each([
    [['--sise', '3'], "Unknown option '--sise'."],
    [['--size'], "Option '--size <value>' argument missing."],
    [['--size', '--sise'], "Option '--size' argument is ambiguous."],
  ])('says what is wrong with %j, and how it is used', (args, sentence) => {
    expect(failureWith(...args)).toEqual({ exitCode: 2, words: `${sentence}\n\n${usage}` });
  });

  it('says in a sentence what was foreseen, and shows the place of all else', () => {
    expect(commandFailure(new PackError('there is no pack'), usage)).toEqual({
      exitCode: 1,
      words: 'there is no pack\n',
    });
    const error = new Error('broken');
    expect(commandFailure(error, usage)).toEqual({ exitCode: 1, words: `${error.stack}\n` });
  });
});
