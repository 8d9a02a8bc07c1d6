import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { adviceFor } from './advice.mjs';
import { hashContent } from './content-hash.ts';
import { isInstalled } from './dependencies.mjs';
import { isOlder, platformProblem } from './platform.mjs';
import { readCMakeVersion } from './toolchain.mjs';

describe('the machine', () => {
  it('is told what it lacks', () => {
    expect(platformProblem('linux', '20.20.2')).toBeUndefined();
    expect(platformProblem('linux', '24.0.0')).toBeUndefined();
    expect(platformProblem('linux', '20.19.9')).toContain('Node 20.19.9 is too old');
    expect(platformProblem('linux', '18.20.0')).toContain('20.20 or newer');
    expect(platformProblem('darwin', '22.12.0')).toContain('Node 24 or newer');
    expect(platformProblem('darwin', '24.1.0')).toBeUndefined();
    expect(platformProblem('win32', '24.1.0')).toContain('WSL');
  });

  it('has versions that compare as numbers', () => {
    expect(isOlder('3.9.0', [3, 20])).toBe(true);
    expect(isOlder('3.20', [3, 20])).toBe(false);
    expect(isOlder('4.0.1', [3, 20])).toBe(false);
    expect(readCMakeVersion('cmake version 3.25.1\n\nCMake suite ...')).toBe('3.25.1');
    expect(readCMakeVersion('something else')).toBeUndefined();
  });
});

describe('installed dependencies', () => {
  const wanted = {
    '': {},
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/b-linux': { version: '2.0.0', integrity: 'sha512-b', optional: true },
  };

  it('are those of the lock file, but for optional ones', () => {
    expect(isInstalled(wanted, { 'node_modules/a': wanted['node_modules/a'] })).toBe(true);
    expect(isInstalled(wanted, wanted)).toBe(true);
  });

  it('are not when one is missing or another one', () => {
    expect(isInstalled(wanted, {})).toBe(false);
    const other = { version: '1.0.0', integrity: 'sha512-other' };
    expect(isInstalled(wanted, { 'node_modules/a': other })).toBe(false);
    expect(isInstalled(wanted, { ...wanted, 'node_modules/b-linux': other })).toBe(false);
  });
});

describe('advice', () => {
  it.each([
    ['npm error code ENOSPC', 'disk is full'],
    ['fatal error: error writing to /tmp/x.s: No space left on device', 'disk is full'],
    ['npm error code EACCES', 'cannot be written'],
    ['npm error code ENOTFOUND\nnpm error network request failed', 'cannot be reached'],
    ['npm error code SELF_SIGNED_CERT_IN_CHAIN', 'NODE_EXTRA_CA_CERTS'],
    ['npm error code EINTEGRITY', 'npm cache clean'],
    [
      '`npm ci` can only install packages when your package.json and package-lock.json are in sync',
      'npm install',
    ],
  ])('for %s', (output, advice) => expect(adviceFor(output)).toContain(advice));

  it('is not made up', () => {
    expect(adviceFor("error TS2322: Type 'string' is not assignable")).toBeUndefined();
  });
});

describe('the hash of inputs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'face-hash-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (path: string, text: string) => writeFileSync(join(folder, path), text);
  const hash = () => hashContent(folder, ['src', 'top.txt'], (path) => !path.endsWith('.spec.ts'));

  it('follows names and content of what matters, and nothing else', () => {
    mkdirSync(join(folder, 'src/deep'), { recursive: true });
    write('src/a.ts', 'a');
    const first = hash();
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    write('src/a.ts', 'a');
    write('src/a.spec.ts', 'test');
    expect(hash()).toBe(first);
    write('src/deep/b.ts', 'b');
    const second = hash();
    expect(second).not.toBe(first);
    write('src/deep/b.ts', 'c');
    const third = hash();
    expect(third).not.toBe(second);
    write('top.txt', 'new');
    expect(hash()).not.toBe(third);
  });
});
