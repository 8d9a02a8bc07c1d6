import { loadavg } from 'node:os';
import { describeMachine, today } from '../measure/machine.ts';
import { runCommand } from '../run/command.ts';
import type { Bench } from './bench.ts';
import { openblasCore } from './numpy-environment.ts';

/** What the figures depend on, and how they are to be read. */
export async function introduction(bench: Bench, stop: AbortSignal): Promise<string> {
  const { rounds, milliseconds } = bench.options;
  return [
    '# Performance of librerank_compute',
    `Measured with \`npm run bench:native\` on ${today()}, commit ${await commit(stop)}: ${bench.build}. ${describeMachine()}; mean load of the last quarter of an hour, this run included: ${loadavg()[2]?.toFixed(1)}.`,
    `${rounds} rounds of ${milliseconds} ms for each contender, in turns, so that a load on the machine hits all of them, and up to three times as many where the best calls of the rounds differ. Times are those for which the process had a core, except where the wall clock is named. A figure is that of the best call of all rounds; in brackets the median of the rounds' medians, or of their ratios. Naive C is the formula in plain loops and double precision, compiled with -O2 for any CPU of this architecture; every contender's scores are compared with its own.`,
    await aboutNumpy(bench),
  ].join('\n\n');
}

async function aboutNumpy({ numpy, forcedNumpy }: Bench): Promise<string> {
  if (numpy === undefined) return 'numpy could not be installed and is left out.';
  const { build } = await numpy.describe();
  const own = `numpy is native-libs/bench/rerank_numpy.py with one BLAS thread, in a process that keeps its memory between calls: ${build}, OpenBLAS kernels ${openblasCore(numpy.complaints) ?? 'unknown'}, which it chose by itself.`;
  if (forcedNumpy === undefined) return own;
  await forcedNumpy.describe();
  return `${own} The environment of this run forces ${openblasCore(forcedNumpy.complaints) ?? 'other'} kernels on it; numpy with these is "forced kernels", and no target counts it.`;
}

async function commit(stop: AbortSignal): Promise<string> {
  const git = async (...args: string[]) => {
    const { code, output } = await runCommand('git', args, { stop, show: 'nothing' });
    return code === 0 ? output.trim() : undefined;
  };
  const head = await git('rev-parse', '--short', 'HEAD');
  const changes = await git('status', '--porcelain', '--', 'native-libs/src', 'native-libs/include');
  if (head === undefined) return 'unknown';
  return changes === '' ? head : `${head} with changes`;
}
