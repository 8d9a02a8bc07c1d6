import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { withFolderLock } from './folder-lock.js';

const parent = mkdtempSync(join(tmpdir(), 'lock-'));
afterAll(() => rmSync(parent, { recursive: true }));

describe('withFolderLock', () => {
  it('lets one at a time in, tells the other to wait, and leaves nothing behind', async () => {
    const folder = join(parent, 'deep', 'one');
    let inside = 0;
    let waiting = 0;
    const bothWait = Promise.withResolvers<undefined>();
    const onWait = () => {
      waiting += 1;
      if (waiting === 2) bothWait.resolve(undefined);
    };
    const work = async () => {
      inside += 1;
      expect(inside).toBe(1);
      await bothWait.promise;
      inside -= 1;
      return 'done';
    };
    const results = await Promise.all([1, 2, 3].map(() => withFolderLock(folder, work, onWait)));
    expect(results).toEqual(['done', 'done', 'done']);
    expect(waiting).toBe(2);
    expect(existsSync(`${folder}.lock`)).toBe(false);
  });

  it('gives the lock back when the work fails', async () => {
    const folder = join(parent, 'failing');
    await expect(withFolderLock(folder, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(`${folder}.lock`)).toBe(false);
  });

  it('takes over the lock of a process that was killed', async () => {
    const folder = join(parent, 'stale');
    writeFileSync(`${folder}.lock`, '1\n');
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(`${folder}.lock`, longAgo, longAgo);
    expect(await withFolderLock(folder, () => Promise.resolve(7))).toBe(7);
  });
});
