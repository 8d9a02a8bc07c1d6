import { readdir, stat } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { PackError } from './pack-error.js';

export const defaultPackName = 'faceplugin';

/** The folder of the packs that come with the project, found from the sources and from dist/ alike. */
export function packsFolder(from = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const packs = join(folder, 'apps', 'model-server', 'packs');
    if (existsSync(packs)) return packs;
    if (dirname(folder) === folder) {
      throw new PackError(
        `the folder apps/model-server/packs was not found above ${from}: is the project complete?`,
      );
    }
  }
}

/**
 * @param nameOrPath of a pack that comes with the project, or the path of a JSON or of a folder with a pack.json
 * @returns the absolute path of its JSON
 * @throws PackError when there is none
 */
export async function locatePack(nameOrPath: string, packs = packsFolder()): Promise<string> {
  const isPath = nameOrPath.includes(sep) || nameOrPath.endsWith('.json');
  const candidates = isPath
    ? [resolve(nameOrPath), resolve(nameOrPath, 'pack.json')]
    : [join(packs, `${nameOrPath}.json`), join(packs, nameOrPath, 'pack.json')];
  for (const candidate of candidates) {
    if ((await stat(candidate).catch(() => undefined))?.isFile()) return candidate;
  }
  if (isPath) throw new PackError(`there is no model pack at ${candidates.join(' or ')}`);
  const names = (await readdir(packs))
    .filter((name) => name.endsWith('.json'))
    .map((name) => basename(name, '.json'));
  throw new PackError(
    `there is no model pack '${nameOrPath}': known are ${names.sort().join(', ')}; a path must hold a '${sep}' or end in .json`,
  );
}
