import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Programs that an intruder would look for, and libraries of GPUs, which are Triton's business. */
const unwanted =
  /^(sh|bash|dash|busybox|apt|apt-get|dpkg|npm|npx|curl|wget|perl|python3?|libcud.*|libonnxruntime_providers_cuda.*)$/;

/** @param {import('./container.mjs').Image} image */
export function assertBare({ target, mount, config }) {
  if (config.User !== '1000:1000') throw new Error(`${target} runs as '${config.User}', not as 1000:1000`);
  const entries = readdirSync(mount, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isDirectory() && unwanted.test(entry.name))
      throw new Error(`${target} has ${path.slice(mount.length)}`);
    if (entry.isFile() && (lstatSync(path).mode & 0o6000) !== 0) {
      throw new Error(`${target}: ${path.slice(mount.length)} runs with another user's rights`);
    }
  }
}
