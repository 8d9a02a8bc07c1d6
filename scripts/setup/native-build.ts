import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { runQuietly } from '../run/command.ts';
import { TaskFailure } from '../run/failure.ts';
import { root } from '../run/root.ts';
import { hashContent } from './content-hash.ts';
import { runStep } from './step.ts';
import { buildGenerator, nativeBuildStamp, toolchainProblem } from './toolchain.mjs';

export const nativeBuildFolder = 'native-libs/build';
export const sanitizedBuildFolder = 'native-libs/build-sanitized';
const sources = ['CMakeLists.txt', 'cmake', 'examples', 'include', 'src', 'test', 'bench'];
const libraries = ['librerank_compute', 'libmerge_embeddings', 'libface_pixels'];
const failure = 'The native libraries could not be built';

/** Builds librerank_compute, libmerge_embeddings and libface_pixels with their tests. */
export function buildNativeLibraries(stop: AbortSignal): Promise<void> {
  const extension = process.platform === 'darwin' ? 'dylib' : 'so';
  return buildFolder('native libraries', nativeBuildFolder, ['-DCMAKE_BUILD_TYPE=Release'], {
    stamp: nativeBuildStamp,
    results: libraries.map((library) => `${nativeBuildFolder}/${library}.${extension}`),
    stop,
  });
}

/**
 * Builds the same libraries and tests with AddressSanitizer and UndefinedBehaviorSanitizer.
 * @returns false where the compiler comes without them
 */
export async function buildSanitizedLibraries(stop: AbortSignal): Promise<boolean> {
  const options = ['-DCMAKE_BUILD_TYPE=Debug', '-DFACE_SANITIZE=ON'];
  try {
    await buildFolder('sanitized libraries', sanitizedBuildFolder, options, {
      stamp: `${sanitizedBuildFolder}/.inputs-sha256`,
      results: [`${sanitizedBuildFolder}/CTestTestfile.cmake`],
      stop,
    });
    return true;
  } catch (error) {
    // The words of cmake/FaceLibrary.cmake.
    if (error instanceof TaskFailure && error.message.includes('No runtime for -fsanitize')) return false;
    throw error;
  }
}

async function buildFolder(
  name: string,
  folder: string,
  options: readonly string[],
  { stamp, results, stop }: { stamp: string; results: readonly string[]; stop: AbortSignal },
): Promise<void> {
  await runStep({
    name,
    // A build folder holds absolute paths, so one that was moved is not current.
    inputs: hashContent(join(root, 'native-libs'), sources, undefined, root),
    stamp,
    results,
    run: async () => {
      const missing = toolchainProblem();
      if (missing !== undefined) throw new TaskFailure(missing);
      // Configuring from scratch costs a second and outlives a changed compiler; object files are kept.
      rmSync(join(root, folder, 'CMakeCache.txt'), { force: true });
      const generator = buildGenerator() ?? 'Unix Makefiles';
      const configure = [
        '-S',
        'native-libs',
        '-B',
        folder,
        '-G',
        generator,
        ...options,
        // A compiler newer than the tested ones may warn about more; that must not stop a newcomer.
        '-DFACE_WARNINGS_AS_ERRORS=OFF',
      ];
      await runQuietly(failure, 'cmake', configure, { stop });
      const build = ['--build', folder, '--parallel', String(availableParallelism())];
      await runQuietly(failure, 'cmake', build, { stop });
    },
  });
}
