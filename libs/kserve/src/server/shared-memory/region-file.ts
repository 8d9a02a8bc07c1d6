import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { join } from 'node:path';

/** Of Triton's Python backend, which keeps its own memory under such names; the real server refuses them too. */
const reservedPrefix = 'triton_python_backend_shm_region_';

/** As for `shm_open`: one name, with or without a slash before it. */
const keyPattern = /^\/*([^/\0]{1,255})$/;

/** Anybody else's file, and one that others may change, is not to be read for a client. */
const othersMode = 0o077;

/**
 * Opens the file behind a key. It has to lie in the folder itself, belong to this process' user and be closed to
 * everybody else.
 * @param folder where the system keeps shared memory, `/dev/shm`
 * @returns descriptor and bytes of the file; null when it cannot be used, whatever the reason: a client shall not
 *   learn which files there are
 */
export function openRegionFile(folder: string, key: string): { descriptor: number; size: number } | null {
  const name = keyPattern.exec(key)?.[1];
  if (name === undefined || name === '.' || name === '..' || name.startsWith(reservedPrefix)) return null;
  let descriptor: number;
  try {
    // No symbolic link out of the folder, and no waiting for the other end of a pipe.
    descriptor = openSync(join(folder, name), constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  const stats = fstatSync(descriptor);
  if (stats.isFile() && stats.uid === process.geteuid?.() && (stats.mode & othersMode) === 0) {
    return { descriptor, size: stats.size };
  }
  closeSync(descriptor);
  return null;
}
