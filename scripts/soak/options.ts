import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { TaskFailure } from '../run/failure.ts';

export const usage = `npm run soak [-- --minutes 60] [--share 0.7] [--out dist/soak]

Starts the API and a model server with one inference thread, finds out how many requests of a mix they can answer,
offers a share of that for so long, and tells whether memory and handles grow.

  --minutes   of load, 1 to 1440; default 60
  --share     of the capacity that is offered, .05 to .95; default .7
  --out       folder for soak.csv, soak.json and soak.svg; default dist/soak
  --help      this text`;

export interface SoakOptions {
  readonly minutes: number;
  readonly share: number;
  /** Absolute path. */
  readonly folder: string;
}

/**
 * @returns undefined when only help is wanted
 * @throws TaskFailure with the usage when an option is unknown or makes no sense
 */
export function readOptions(args: readonly string[]): SoakOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  return {
    minutes: numberBetween('minutes', values.minutes, 1, 1440),
    share: numberBetween('share', values.share, 0.05, 0.95),
    folder: resolve(values.out),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string', default: '60' },
        share: { type: 'string', default: '0.7' },
        out: { type: 'string', default: 'dist/soak' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new TaskFailure(`${(error as Error).message}\n\n${usage}`, { cause: error });
  }
}

function numberBetween(name: string, text: string, least: number, most: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= least && value <= most) return value;
  throw new TaskFailure(`--${name} is '${text}', expected a number from ${least} to ${most}.\n\n${usage}`);
}
