import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Tells this process from an earlier one with the same number, which is usual in containers. */
const processTag = randomBytes(4).toString('hex');

const pattern = /^face-search-(\d+)-([0-9a-f]{8})-[0-9a-f]{16}$/;

/** A name that nobody can guess, of which others can tell whose it is: name of the file and of the region alike. */
export function newRegionName(): string {
  return `face-search-${process.pid}-${processTag}-${randomBytes(8).toString('hex')}`;
}

/**
 * Removes the files of processes of this user that were killed.
 * @param folder where the system keeps shared memory
 * @returns the names that were removed; a server may still hold these regions
 */
export function removeLeftovers(folder: string): string[] {
  const leftovers = readdirSync(folder).filter((name) => {
    const match = pattern.exec(name);
    if (match === null || isAlive(Number(match[1]), match[2])) return false;
    return lstatSync(join(folder, name), { throwIfNoEntry: false })?.uid === process.geteuid?.();
  });
  // Several workers of one application tidy up at the same time.
  for (const name of leftovers) rmSync(join(folder, name), { force: true });
  return leftovers;
}

function isAlive(pid: number, tag: string | undefined): boolean {
  if (pid === process.pid) return tag === processTag;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: somebody else's process, which is alive.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
