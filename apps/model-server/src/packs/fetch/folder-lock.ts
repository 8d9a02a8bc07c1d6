import { rmSync } from 'node:fs';
import { rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { makeFolder } from './make-folder.js';

const refreshMs = 2000;
/** A holder that has not shown itself for so long is gone: it was killed, or its machine was. */
const staleMs = 10_000;
const pollMs = 200;

/**
 * Lets one process at a time do something about a folder, also across containers that share a disk.
 * The lock only saves double work: everything done under it is atomic by itself, so a lock that is taken
 * over too early does no harm.
 * @param onWait called once when somebody else holds it
 */
export async function withFolderLock<Result>(
  folder: string,
  work: () => Promise<Result>,
  onWait: () => void = () => undefined,
): Promise<Result> {
  const lock = `${folder}.lock`;
  await makeFolder(dirname(lock));
  for (let told = false; !(await take(lock));) {
    if (!told) onWait();
    told = true;
    await pause(pollMs);
  }
  const refresh = setInterval(() => {
    const now = new Date();
    // Whoever removed the lock took it for stale; work goes on, see above.
    void utimes(lock, now, now).catch(() => undefined);
  }, refreshMs);
  const abandon = () => rmSync(lock, { force: true });
  process.once('exit', abandon);
  try {
    return await work();
  } finally {
    clearInterval(refresh);
    process.off('exit', abandon);
    await rm(lock, { force: true });
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
  }
  const held = await stat(lock).catch(() => undefined);
  if (held !== undefined && Date.now() - held.mtimeMs > staleMs) await rm(lock, { force: true });
  return false;
}
