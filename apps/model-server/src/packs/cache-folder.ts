import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

const ours = 'face-search-backend';

/**
 * Where downloads are kept: FACE_V3_CACHE_DIR, or a folder of ours inside the user's cache folder
 * (XDG_CACHE_HOME, ~/Library/Caches on macOS, ~/.cache elsewhere).
 */
export function cacheFolder(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): string {
  const { FACE_V3_CACHE_DIR: own, XDG_CACHE_HOME: xdg } = environment;
  if (own !== undefined && own.trim() !== '') return resolve(own);
  if (xdg !== undefined && xdg.startsWith('/')) return join(xdg, ours);
  return join(homedir(), platform === 'darwin' ? 'Library/Caches' : '.cache', ours);
}
