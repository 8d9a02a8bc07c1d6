import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../run/root.ts';

/** One package of package-lock.json. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** As its package.json says, in SPDX' words; undefined when it says nothing. */
  readonly license: string | undefined;
  /** Where it comes from. */
  readonly resolved: string;
  /** Hash of what is downloaded. */
  readonly integrity: string | undefined;
  /** Only for those who change the code. */
  readonly development: boolean;
  readonly hasInstallScript: boolean;
}

interface LockEntry {
  readonly version?: string;
  readonly license?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
}

/** All packages that package-lock.json names, each version once, by name. */
export function lockedPackages(): LockedPackage[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockEntry>>;
  };
  const found = new Map<string, LockedPackage>();
  for (const [path, entry] of Object.entries(lock.packages)) {
    // What is packed into another package is that package's.
    if (path === '' || entry.inBundle === true) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const { version = '', license, resolved = '', integrity, dev = false, hasInstallScript = false } = entry;
    const key = `${name}@${version}`;
    const development = dev && (found.get(key)?.development ?? true);
    found.set(key, { name, version, license, resolved, integrity, development, hasInstallScript });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
