import { join } from 'node:path';
import { runCommand } from '../run/command.ts';
import { type Environment, setting } from '../run/environment.ts';
import { TaskFailure } from '../run/failure.ts';
import { root } from '../run/root.ts';
import { compileProgram } from './compile.ts';
import { buildNativeLibraries } from './native-build.ts';
import { hasSamplePhotos } from './sample-photos.ts';
import { endStep } from './step-line.mjs';

/** Fetches packs and photos; it shows its own progress and says itself what went wrong. */
export const fetchProgram = 'dist/model-server/apps/model-server/src/packs/fetch.main.js';

/**
 * Builds and compiles what is not up to date.
 * @throws TaskFailure with the tool's words and what to do
 */
export async function build(stop: AbortSignal): Promise<void> {
  await Promise.all([
    compileProgram('model-server', stop),
    compileProgram('api', stop),
    buildNativeLibraries(stop),
  ]);
}

/**
 * Fetches the model pack that the settings name; no network is used for what is there already.
 * @throws TaskFailure when that is not possible
 */
export async function fetchModelPack(environment: Environment, stop: AbortSignal): Promise<void> {
  const pack = setting(environment, 'FACE_V3_MODEL_PACK');
  await fetchWanted('model pack', pack === undefined ? [] : [pack], environment, stop);
}

/** @returns false when they are not there and cannot be fetched, which the fetching program has explained */
export async function fetchSamplePhotos(environment: Environment, stop: AbortSignal): Promise<boolean> {
  if (hasSamplePhotos(environment)) {
    endStep('sample photos');
    return true;
  }
  try {
    await fetchWanted('sample photos', ['--photos'], environment, stop);
    return true;
  } catch (error) {
    if (error instanceof TaskFailure) return false;
    throw error;
  }
}

/**
 * @param what as the line of the step calls it
 * @param wanted names or paths of packs, `--photos`; nothing is the default pack
 * @throws TaskFailure when something cannot be fetched; the fetching program has said why
 */
async function fetchWanted(
  what: string,
  wanted: readonly string[],
  environment: Environment,
  stop: AbortSignal,
): Promise<void> {
  const start = performance.now();
  const command = [join(root, fetchProgram), ...wanted];
  // Its progress goes to the standard error; where things are is of no interest here.
  const { code } = await runCommand(process.execPath, command, { env: environment, stop, show: 'errors' });
  if (code !== 0) throw new TaskFailure('');
  endStep(what, performance.now() - start);
}
