import { existsSync, readFileSync } from 'node:fs';
import { homedir, platform } from 'node:os';
import { join } from 'node:path';

const userCache =
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), platform() === 'darwin' ? 'Library/Caches' : '.cache');
export const cacheFolder = process.env['FACE_V3_CACHE_DIR'] ?? join(userCache, 'face-search-backend');

/** One of the six photos of @vladmandic/face-api that the set-up fetches: sample1.jpg .. sample6.jpg. */
export function samplePhoto(name: string): Buffer {
  const path = join(cacheFolder, 'photos', name);
  if (!existsSync(path))
    throw new Error(`${path} is missing: run "npm test", which fetches the photos first.`);
  return readFileSync(path);
}
