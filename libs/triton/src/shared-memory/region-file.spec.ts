import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RegionFile } from './region-file.js';
import { newRegionName, removeLeftovers } from './region-name.js';

/** Of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

describe('files of shared memory', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'face-regions-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('are for their owner only, under names of their own', () => {
    const files = [new RegionFile(folder, 4096), new RegionFile(folder, 4096)];
    expect(new Set(readdirSync(folder))).toEqual(new Set(files.map(({ name }) => name)));
    for (const { name } of files) {
      expect(statSync(join(folder, name))).toMatchObject({ size: 4096, uid: process.geteuid?.() });
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    }
    for (const file of files) file.remove();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('hold the pieces one after the other', () => {
    const file = new RegionFile(folder, 8);
    file.write([Uint8Array.of(1, 2), new Uint8Array(), Uint8Array.of(3)], 4);
    expect([...readFileSync(join(folder, file.name))]).toEqual([0, 0, 0, 0, 1, 2, 3, 0]);
    file.remove();
  });

  it('take no memory before they are written to', () => {
    const file = new RegionFile(folder, 2 ** 26);
    expect(statSync(join(folder, file.name)).blocks).toBe(0);
    file.remove();
  });

  it('are removed when their process was killed, and only then', () => {
    const [own] = /^face-search-\d+-([0-9a-f]{8})/.exec(newRegionName()) ?? [];
    const rest = '0'.repeat(16);
    const gone = [
      `face-search-${deadPid()}-01234567-${rest}`,
      // This number, but another process: usual in containers.
      `face-search-${process.pid}-01234567-${rest}`,
    ];
    const kept = [`${own}-${rest}`, `face-search-${process.ppid}-01234567-${rest}`, 'face-search', 'other'];
    for (const name of [...gone, ...kept]) writeFileSync(join(folder, name), '');
    expect(new Set(removeLeftovers(folder))).toEqual(new Set(gone));
    for (const name of kept) expect(existsSync(join(folder, name))).toBe(true);
    expect(readdirSync(folder)).toHaveLength(kept.length);
  });
});
