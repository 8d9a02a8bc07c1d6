import { fileURLToPath } from 'node:url';

const extension = process.platform === 'darwin' ? 'dylib' : 'so';

/** For specs: path of a library that `cmake --build native-libs/build` wrote, as in `rerank_compute` or `test/legacy_rerank`. */
export function builtLibrary(name: string): string {
  const file = name.replace(/[^/]+$/, (last) => `lib${last}.${extension}`);
  return fileURLToPath(new URL(`../../../native-libs/build/${file}`, import.meta.url));
}
