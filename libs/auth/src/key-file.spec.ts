import { Logger } from '@nestjs/common';
import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiKeys } from './api-keys.js';
import { KeyFile } from './key-file.js';
import { WrongKeyLimit } from './wrong-key-limit.js';

const old = 'the-old-key-of-the-file';
const next = 'the-next-key-of-the-file';
const fixed = 'the-key-of-the-settings';

Logger.overrideLogger(false);

describe('the key file', () => {
  let folder: string;
  let path: string;
  let keys: ApiKeys;
  let keyFile: KeyFile;
  const errors = vi.spyOn(Logger.prototype, 'error');

  beforeEach(() => {
    errors.mockReset();
    folder = mkdtempSync(join(tmpdir(), 'face-key-file-'));
    path = join(folder, 'keys');
    writeFileSync(path, old);
    keys = new ApiKeys([fixed, old]);
    keyFile = new KeyFile(keys, new WrongKeyLimit({ wrongKeysPerMinute: 0 }), {
      fixedKeys: [fixed],
      fileKeys: [old],
      keyFile: path,
      minimumLength: 16,
      wrongKeysPerMinute: 0,
      concurrentRequestsPerKey: undefined,
    });
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const known = () => [fixed, old, next].map((key) => keys.find(key) !== undefined);

  async function lookTwice(): Promise<void> {
    await keyFile.look();
    await keyFile.look();
  }

  it('brings new keys and takes old ones away, but not those of the settings', async () => {
    await lookTwice();
    expect(known()).toEqual([true, true, false]);
    writeFileSync(path, `# both, while callers change over\n${old}\n${next}\n`);
    await lookTwice();
    expect(known()).toEqual([true, true, true]);
    writeFileSync(path, next);
    await lookTwice();
    expect(known()).toEqual([true, false, true]);
  });

  it('is not believed while it is being written', async () => {
    await lookTwice();
    writeFileSync(path, next.slice(0, 18));
    await keyFile.look();
    writeFileSync(path, next);
    await keyFile.look();
    expect(known()).toEqual([true, true, false]);
    expect(keys.find(next.slice(0, 18))).toBeUndefined();
    await keyFile.look();
    expect(known()).toEqual([true, false, true]);
  });

  it.each([
    ['empty', () => writeFileSync(path, ''), 'There is no key in it'],
    ['gone', () => unlinkSync(path), 'ENOENT'],
    ['broken in one line', () => writeFileSync(path, `${next}\nsecret`), 'Line 2 is shorter than the 16'],
  ])('changes nothing when it is %s, and says so once', async (_name, change, reason) => {
    await lookTwice();
    change();
    for (let time = 0; time < 3; time++) await lookTwice();
    expect(known()).toEqual([true, true, false]);
    expect(errors).toHaveBeenCalledTimes(1);
    const said = String(errors.mock.calls[0]?.[0]);
    expect(said).toContain(reason);
    expect(said).toContain(path);
    expect(said).not.toContain('secret');
    writeFileSync(path, next);
    await lookTwice();
    expect(known()).toEqual([true, false, true]);
  });
});
