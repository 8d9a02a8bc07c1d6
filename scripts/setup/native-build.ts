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
const sources = ['CMakeLists.txt', 'cmake', 'include', 'src', 'test', 'bench'];
const libraries = ['librerank_compute', 'libmerge_embeddings', 'libface_pixels'];
const failure = 'The native libraries could not be built';

/** Builds librerank_compute, libmerge_embeddings and libface_pixels with their tests. */
export async function buildNativeLibraries(stop: AbortSignal): Promise<void> {
  const extension = process.platform === 'darwin' ? 'dylib' : 'so';
  await runStep({
    name: 'native libraries',
    // A build folder holds absolute paths, so one that was moved is not current.
    inputs: hashContent(join(root, 'native-libs'), sources, undefined, root),
    stamp: nativeBuildStamp,
    results: libraries.map((library) => `${nativeBuildFolder}/${library}.${extension}`),
    run: async () => {
      const missing = toolchainProblem();
      if (missing !== undefined) throw new TaskFailure(missing);
      // Configuring from scratch costs a second and outlives a changed compiler; object files are kept.
      rmSync(join(root, nativeBuildFolder, 'CMakeCache.txt'), { force: true });
      const generator = buildGenerator() ?? 'Unix Makefiles';
      const configure = [
        '-S',
        'native-libs',
        '-B',
        nativeBuildFolder,
        '-G',
        generator,
        '-DCMAKE_BUILD_TYPE=Release',
        // A compiler newer than the tested ones may warn about more; that must not stop a newcomer.
        '-DFACE_WARNINGS_AS_ERRORS=OFF',
      ];
      await runQuietly(failure, 'cmake', configure, { stop });
      const build = ['--build', nativeBuildFolder, '--parallel', String(availableParallelism())];
      await runQuietly(failure, 'cmake', build, { stop });
    },
  });
}
