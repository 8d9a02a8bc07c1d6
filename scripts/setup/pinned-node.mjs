import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { isOlder } from './platform.mjs';

/** The programs and scripts need its type stripping and APIs; package.json pins the exact version for Linux. */
const wanted = [24, 0];

/**
 * The Node that runs scripts and programs: the one that came with the dependencies, else the machine's own.
 * @param {string} root of the project
 * @returns {{ path: string, problem?: undefined } | { path?: undefined, problem: string }}
 */
export function findPinnedNode(root) {
  const pinned = join(root, 'node_modules', '.bin', 'node');
  // It may be there and still not run: it is built for glibc, Alpine has musl.
  if (existsSync(pinned) && spawnSync(pinned, ['--version']).status === 0) return { path: pinned };
  if (!isOlder(process.versions.node, wanted)) return { path: process.execPath };
  return {
    problem:
      `No pinned Node 24 came with the dependencies for this machine (${process.platform} ${process.arch}), ` +
      `and Node ${process.versions.node} is too old to do without. Install Node 24 or newer from ` +
      'https://nodejs.org or with "nvm install 24", then run the command again.',
  };
}
