import { parseArgs } from 'node:util';
import { type CommandLine, usageOf } from './command-line-usage.ts';
import { type Option, WrongValue } from './command-line-values.ts';

/** What shells expect of a program that was called in a way that it does not know. */
const misuseExitCode = 2;

type ValuesOf<Options> = {
  readonly [Name in keyof Options]: Options[Name] extends Option<infer Value> ? Value : never;
};

interface Given<Options, Words> {
  readonly values: ValuesOf<Options>;
  readonly operands: Words;
}

/** What was given to this process. With --help, or for what it does not know, it says so and ends the process. */
export function readCommandLine<Options extends Record<string, Option<unknown>>, Words = undefined>(
  line: CommandLine<Options, Words>,
): Given<Options, Words> {
  const read = parseCommandLine(line, process.argv.slice(2));
  if ('values' in read) return read;
  if ('help' in read) {
    process.stdout.write(read.help);
    process.exit(0);
  }
  process.stderr.write(`${read.problem}\n\n${usageOf(line)}`);
  process.exit(misuseExitCode);
}

/** @returns what was given; or the text that was asked for; or what is wrong, as a sentence */
export function parseCommandLine<Options extends Record<string, Option<unknown>>, Words = undefined>(
  line: CommandLine<Options, Words>,
  args: readonly string[],
): Given<Options, Words> | { readonly help: string } | { readonly problem: string } {
  const options: Readonly<Record<string, Option<unknown>>> = line.options ?? {};
  const known = Object.fromEntries(
    Object.keys(options).map((name) => [name, { type: 'string', multiple: true }] as const),
  );
  // Strict, it would throw sentences that advise what does not help here.
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...known, help: { type: 'boolean', short: 'h' } },
    strict: false,
    tokens: true,
  });
  const given = new Map<string, string[]>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    if (name === 'help') return { help: usageOf(line) };
    const found = Object.hasOwn(options, name) && rawName === `--${name}` ? options[name] : undefined;
    if (found === undefined) return { problem: `There is no option ${rawName}.` };
    if (value === undefined || (inlineValue === false && value.startsWith('--'))) {
      return { problem: `${rawName} needs a value: ${rawName} ${found.argument}.` };
    }
    given.set(name, [...(given.get(name) ?? []), value]);
  }
  const extra = line.operands === undefined ? words[0] : undefined;
  if (extra !== undefined) return { problem: `'${extra}' is one word too many.` };

  let place = '';
  try {
    const values = Object.entries(options).map(([name, { read }]) => {
      place = `--${name}`;
      return [name, read(given.get(name) ?? [])] as const;
    });
    place = line.operands?.argument ?? '';
    const operands = line.operands?.read(words);
    return { values: Object.fromEntries(values) as ValuesOf<Options>, operands: operands as Words };
  } catch (error) {
    if (!(error instanceof WrongValue)) throw error;
    const what = error.given === undefined ? `${place} is missing` : `${place} is '${error.given}'`;
    return { problem: `${what}, expected ${error.expected}.` };
  }
}
