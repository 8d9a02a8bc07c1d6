import { readFileSync, readdirSync } from 'node:fs';

/**
 * @typedef {object} Process
 * @property {number} pid
 * @property {string} name of the program's file
 * @property {number[]} users real, effective, saved and of the file system
 * @property {bigint} capabilities that it has
 */

/**
 * Everything that a process has started, and what that has started, parents first.
 * @param {number} ancestor
 * @returns {Process[]}
 */
export function descendants(ancestor) {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => status(Number(pid)));
  const found = [];
  const parents = [ancestor];
  for (const parent of parents) {
    for (const process of all) {
      if (process.parent !== parent) continue;
      parents.push(process.pid);
      found.push(process);
    }
  }
  return found;
}

/** @param {number} pid */
function status(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (name) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(text)?.[1] ?? '';
    return [
      {
        pid,
        name: field('Name'),
        parent: Number(field('PPid')),
        users: field('Uid').split(/\s+/).map(Number),
        capabilities: BigInt(`0x${field('CapEff')}`),
      },
    ];
  } catch (error) {
    // It has ended meanwhile.
    if (['ENOENT', 'ESRCH'].includes(error.code)) return [];
    throw error;
  }
}
