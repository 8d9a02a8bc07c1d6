import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withDotEnv } from './dot-env.js';
import { SettingsError } from './settings-error.js';

describe('.env', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'face-dot-env-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('lies beneath the environment, which wins also with an empty string', () => {
    writeFileSync(join(folder, '.env'), 'A="one two"\nB=1\nC=1\n# D=1\n');
    expect(withDotEnv({ B: '2', C: '' }, folder)).toEqual({ A: 'one two', B: '2', C: '' });
  });

  it('may be missing', () => {
    expect(withDotEnv({ A: '1' }, join(folder, 'nothing-here'))).toEqual({ A: '1' });
  });

  it('is named when it cannot be read', () => {
    mkdirSync(join(folder, '.env'));
    const read = () => withDotEnv({}, folder);
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(`${join(folder, '.env')} cannot be read: EISDIR`);
  });
});
