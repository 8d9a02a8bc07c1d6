import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where the image keeps the libraries. */
const imageFolder = '/opt/face_backend/libs';

/**
 * Default place of a native library: the image's folder when it is there, else the one that the project's
 * own CMake build writes. `name` is without extension.
 */
export function defaultLibraryPath(name: string, from: string = import.meta.dirname): string {
  const inImage = join(imageFolder, `${name}.so`);
  if (existsSync(inImage)) return inImage;
  const extension = process.platform === 'darwin' ? 'dylib' : 'so';
  return join(projectRoot(from), 'native-libs', 'build', `${name}.${extension}`);
}

/** Nearest folder with a package.json: the same from the sources and from dist/. */
function projectRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) return process.cwd();
  }
}
