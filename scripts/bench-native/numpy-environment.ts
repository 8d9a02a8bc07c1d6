import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../run/command.ts';
import { Interrupted } from '../run/failure.ts';
import { root } from '../run/root.ts';

const requirements = join(root, 'native-libs/bench/requirements.txt');

/**
 * A Python with numpy, in a virtual environment that is made when it is missing.
 * @param folder of the virtual environment
 * @returns path of the interpreter; undefined, after a line about it, when there is none to be had
 */
export async function pythonWithNumpy(folder: string, stop: AbortSignal): Promise<string | undefined> {
  const python = join(folder, 'bin/python');
  const steps: [string, string[]][] = [
    ['python3', ['-m', 'venv', folder]],
    [python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]],
  ];
  try {
    if (existsSync(python) && (await succeeds(python, ['-c', 'import numpy'], stop))) return python;
    for (const [program, args] of steps) {
      const { code, output } = await runCommand(program, args, { stop, show: 'nothing' });
      if (code !== 0) throw new Error(output.trim().split('\n').at(-1));
    }
    return python;
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    process.stdout.write(`  numpy is skipped, it could not be installed: ${(error as Error).message}\n`);
    return undefined;
  }
}

async function succeeds(program: string, args: readonly string[], stop: AbortSignal): Promise<boolean> {
  return (await runCommand(program, args, { stop, show: 'nothing' })).code === 0;
}

/** Settings that make BLAS and numpy something else than what they choose on this CPU by themselves. */
const tampering = /^(OPENBLAS|GOTO|OMP|MKL|BLIS|NPY|VECLIB)_/;

const measured = {
  OPENBLAS_NUM_THREADS: '1',
  OMP_NUM_THREADS: '1',
  MKL_NUM_THREADS: '1',
  VECLIB_MAXIMUM_THREADS: '1',
  // glibc keeps the memory of large arrays: whether it gives it back after each call, which costs up to half of the
  // time, otherwise depends on what the process did before. The library has a workspace as well.
  MALLOC_MMAP_THRESHOLD_: String(2 ** 30),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 32),
  MALLOC_TOP_PAD_: String(2 ** 26),
  // OpenBLAS says which kernels it chose.
  OPENBLAS_VERBOSE: '2',
  PYTHONDONTWRITEBYTECODE: '1',
};

/** The environment without any such settings, for one thread that keeps its memory. */
export function fairEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !tampering.test(name));
  return { ...Object.fromEntries(kept), ...measured };
}

/** The environment as it is, but for the same; undefined when that does not force other kernels on OpenBLAS. */
export function forcedEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv | undefined {
  const core = environment['OPENBLAS_CORETYPE'];
  return core === undefined || core === '' ? undefined : { ...environment, ...measured };
}

/** @returns the name of the kernels that OpenBLAS chose, or undefined when it did not say */
export function openblasCore(complaints: string): string | undefined {
  return /Core: (\S+)/.exec(complaints)?.[1];
}
