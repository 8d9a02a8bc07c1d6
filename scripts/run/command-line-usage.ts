import type { Option } from './command-line-values.ts';

/** Words without a name. */
export interface Operands<Value> {
  /** As the usage shows them, such as `[PART ...]`. */
  readonly argument: string;
  readonly about: string;
  readonly read: (texts: readonly string[]) => Value;
}

export interface CommandLine<Options extends Record<string, Option<unknown>>, Words> {
  /** What the user types: `npm run bench`. */
  readonly command: string;
  /** Sentences. */
  readonly about: string;
  readonly options?: Options;
  readonly operands?: Operands<Words>;
}

/** Columns of the widest line. */
const width = 100;

/** How a command is called, and what each of its options is. */
export function usageOf({
  command,
  about,
  options = {},
  operands,
}: CommandLine<Record<string, Option<unknown>>, unknown>): string {
  const rows = [
    ...(operands === undefined ? [] : [[operands.argument, operands.about] as const]),
    ...Object.entries(options).map(
      ([name, { argument, about: meaning }]) => [`--${name} ${argument}`, meaning] as const,
    ),
    ['--help', 'shows this and ends'] as const,
  ];
  const column = Math.max(...rows.map(([name]) => name.length)) + 4;
  const call = [command, '--', ...(operands === undefined ? [] : [operands.argument]), '[options]'].join(' ');
  const lines = rows.map(([name, meaning]) => {
    const [first = '', ...others] = wrap(meaning, width - column);
    return [`  ${name}`.padEnd(column) + first, ...others.map((each) => ' '.repeat(column) + each)].join(
      '\n',
    );
  });
  return `${call}\n\n${wrap(about, width).join('\n')}\n\n${lines.join('\n')}\n`;
}

function wrap(sentence: string, columns: number): string[] {
  return sentence.split(' ').reduce<string[]>((lines, word) => {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > columns) return [...lines, word];
    return [...lines.slice(0, -1), `${last} ${word}`];
  }, []);
}
