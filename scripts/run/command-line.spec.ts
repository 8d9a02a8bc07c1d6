import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from './command-line.ts';
import {
  oneOf,
  option,
  positiveNumber,
  readEach,
  repeatedOption,
  text,
  WrongValue,
  wholeNumber,
} from './command-line-values.ts';
import { root } from './root.ts';

const line = {
  command: 'npm run measure',
  about:
    'Measures something, in parts that can be chosen. All parts together write a document for people to read.',
  operands: {
    argument: '[PART ...]',
    about: 'all of them by default',
    read: readEach(oneOf(['a', 'b', 'c'])),
  },
  options: {
    rounds: option('N', '5 by default', wholeNumber(1, 100), 5),
    seconds: option('N', 'of a round', positiveNumber, 0.5),
    photo: option('FILE', 'a photo with a face', text, undefined),
    server: repeatedOption('URL', 'may be given again', (given) => {
      if (given.startsWith('http')) return new URL(given).host;
      throw new WrongValue('a URL');
    }),
  },
};

const parse = (...args: string[]) => parseCommandLine(line, args);
const problem = (sentence: string) => ({ problem: sentence });

describe('a command line', () => {
  it('gives what it says, and else what is usual', () => {
    expect(parse()).toEqual({
      values: { rounds: 5, seconds: 0.5, photo: undefined, server: [] },
      operands: [],
    });
    expect(
      parse('b', '--rounds', '7', '--seconds=2.5', '--server', 'http://x:1', '--server=http://y', 'a'),
    ).toEqual({
      values: { rounds: 7, seconds: 2.5, photo: undefined, server: ['x:1', 'y'] },
      operands: ['b', 'a'],
    });
    expect(parse('--rounds', '7', '--rounds', '8', '--photo', '-strange.jpg', '--', 'a')).toMatchObject({
      values: { rounds: 8, photo: '-strange.jpg' },
      operands: ['a'],
    });
  });

  it('says in a sentence what it does not understand', () => {
    expect(parse('--round', '7')).toEqual(problem('There is no option --round.'));
    expect(parse('--toString')).toEqual(problem('There is no option --toString.'));
    expect(parse('-r')).toEqual(problem('There is no option -r.'));
    expect(parse('--photo')).toEqual(problem('--photo needs a value: --photo FILE.'));
    expect(parse('--photo', '--rounds', '7')).toEqual(problem('--photo needs a value: --photo FILE.'));
    expect(parse('--server', 'http://x', '--server', 'y')).toEqual(
      problem("--server is 'y', expected a URL."),
    );
    expect(parse('a', 'd')).toEqual(problem("[PART ...] is 'd', expected a, b or c."));
    expect(parseCommandLine({ command: 'npm test', about: 'Tests.' }, ['now'])).toEqual(
      problem("'now' is one word too many."),
    );
  });

  it.each(['0', '101', '-1', '1.5', '1e1', '', 'x'])('takes no --rounds of %j', (given) => {
    expect(parse(`--rounds=${given}`)).toEqual(
      problem(`--rounds is '${given}', expected a whole number from 1 to 100.`),
    );
  });

  it.each(['0', '-1', 'Infinity', 'NaN', '', '.5s'])('takes no --seconds of %j', (given) => {
    expect(parse(`--seconds=${given}`)).toEqual(
      problem(`--seconds is '${given}', expected a number above 0.`),
    );
  });

  it('says what must be there', () => {
    const read = () => {
      throw new WrongValue('a file with pairs');
    };
    const operands = { argument: 'PAIRS.csv', about: 'a file', read };
    expect(parseCommandLine({ ...line, operands }, [])).toEqual(
      problem('PAIRS.csv is missing, expected a file with pairs.'),
    );
  });

  it.each([['--help'], ['-h'], ['--rounds', '0', '--help']])('explains itself with %s', (...args) => {
    expect(parse(...args)).toEqual({
      help: `npm run measure -- [PART ...] [options]

Measures something, in parts that can be chosen. All parts together write a document for people to
read.

  [PART ...]    all of them by default
  --rounds N    5 by default
  --seconds N   of a round
  --photo FILE  a photo with a face
  --server URL  may be given again
  --help        shows this and ends
`,
    });
  });
});

describe('npm run', () => {
  const folder = join(root, 'scripts');
  /** They compile a program first, and hand all over to it. */
  const others = ['fetch.ts', 'triton-network.ts', 'triton-repository.ts'];
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.ts') && !others.includes(name));
  const run = (script: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, script), ...args], {
      cwd: root,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };
  const scriptsOfPackage = readFileSync(join(root, 'package.json'), 'utf8');

  it.each(scripts)(
    '%s explains itself, and takes nothing that it does not know',
    { timeout: 60_000 },
    (script) => {
      const help = run(script, '--help');
      expect(help).toEqual({
        status: 0,
        stdout: expect.stringMatching(/^npm (run [\w:-]+|test|start) -- /) as string,
        stderr: '',
      });
      const [, name] = /^npm (?:run )?(\S+)/.exec(help.stdout) ?? [];
      expect(scriptsOfPackage).toContain(`"${name}": "node scripts/bootstrap.mjs ${script.slice(0, -3)}"`);
      const wrong = run(script, '--no-such-option');
      expect(wrong).toEqual({
        status: 2,
        stdout: '',
        stderr: `There is no option --no-such-option.\n\n${help.stdout}`,
      });
    },
  );

  it('bench refuses what would measure nothing', { timeout: 60_000 }, () => {
    for (const [args, words] of [
      [['--only', 'A1,Z'], "--only is 'A1,Z', expected names of scenarios: A1, "],
      [['--rounds', 'many'], "--rounds is 'many', expected a whole number of 1 or more."],
      [['--server', 'x'], "--server is 'x', expected name=http://host:port[,key=K][,pid=P[+Q]]."],
      [['--photo', 'none.jpg'], "--photo is 'none.jpg', expected a file that is there."],
    ] as const) {
      const { status, stderr } = run('bench.ts', ...args);
      expect([status, stderr]).toEqual([2, expect.stringContaining(words)]);
    }
  });
});
