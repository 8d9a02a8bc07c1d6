import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runQuietly } from '../run/command.ts';
import { TaskFailure } from '../run/failure.ts';
import { root } from '../run/root.ts';
import { buildNativeLibraries, nativeBuildFolder } from '../setup/native-build.ts';
import type { Programs } from './bench.ts';
import { MeasuringProgram } from './measuring-program.ts';
import { fairEnvironment, forcedEnvironment, pythonWithNumpy } from './numpy-environment.ts';

const target = 'rerank_bench';
const numpyProgram = join(root, 'native-libs/bench/numpy_contender.py');

/**
 * Builds the native program and sees to numpy.
 * @param build folder of a build by CMake to be measured instead of the project's own
 */
export async function preparePrograms(build: string | undefined, stop: AbortSignal): Promise<Programs> {
  const folder = resolve(root, build ?? nativeBuildFolder);
  if (build === undefined) await buildNativeLibraries(stop);
  else if (!existsSync(join(folder, 'CMakeCache.txt'))) {
    throw new TaskFailure(`${folder} is no build folder of CMake.`);
  }
  await runQuietly(
    'The measuring program could not be built',
    'cmake',
    ['--build', folder, '--target', target],
    {
      stop,
    },
  );
  const native = join(folder, 'bench', target);
  const python = await pythonWithNumpy(join(root, nativeBuildFolder, 'bench-python'), stop);
  const forced = forcedEnvironment(process.env);
  return {
    startNative: () => new MeasuringProgram(native, [], process.env),
    startNumpy: startNumpy(python, fairEnvironment(process.env)),
    startForcedNumpy: startNumpy(python, forced),
  };
}

function startNumpy(
  python: string | undefined,
  environment: NodeJS.ProcessEnv | undefined,
): (() => MeasuringProgram) | undefined {
  if (python === undefined || environment === undefined) return undefined;
  return () => new MeasuringProgram(python, [numpyProgram], environment);
}
