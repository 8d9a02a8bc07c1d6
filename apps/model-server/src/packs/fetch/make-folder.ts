import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it. Node's own `recursive` never returns where a file system answers ENOENT
 * to every attempt, as /proc does.
 */
export async function makeFolder(path: string): Promise<void> {
  const failure = await tryFolder(path);
  if (failure === undefined) return;
  if (failure.code !== 'ENOENT' || dirname(path) === path) throw failure;
  await makeFolder(dirname(path));
  const second = await tryFolder(path);
  if (second !== undefined) throw second;
}

async function tryFolder(path: string): Promise<NodeJS.ErrnoException | undefined> {
  try {
    await mkdir(path);
  } catch (cause) {
    const failure = cause as NodeJS.ErrnoException;
    if (failure.code !== 'EEXIST') return failure;
    // A file of that name is reported by whatever is written into the folder: ENOTDIR.
  }
  return undefined;
}
