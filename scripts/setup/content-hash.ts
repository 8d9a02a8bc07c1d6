import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Hash of files by path and content, so that a touched or restored file is not a change.
 * @param folder that `paths` are relative to
 * @param paths files and folders; one that does not exist counts as such
 * @param matters tells by its path whether a file inside of a folder counts
 * @param extra further text that the result depends on
 * @returns lower-case hex SHA-256
 */
export function hashContent(
  folder: string,
  paths: readonly string[],
  matters: (path: string) => boolean = () => true,
  extra = '',
): string {
  const hash = createHash('sha256').update(extra);
  for (const path of paths.flatMap((each) => filesBelow(folder, each, matters)).sort()) {
    const content = readFileSync(join(folder, path));
    hash.update(`\0${path}\0${content.byteLength}\0`).update(content);
  }
  return hash.digest('hex');
}

function filesBelow(folder: string, path: string, matters: (path: string) => boolean): string[] {
  const found = statSync(join(folder, path), { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (found.isFile()) return [path];
  return readdirSync(join(folder, path), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '.').length + 1))
    .filter(matters);
}
