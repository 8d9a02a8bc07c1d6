import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProtocolError } from '../protocol-error.js';
import { SharedRegions } from './shared-regions.js';

const fileBytes = 1000;
const most = 2n ** 64n - 1n;

describe('SharedRegions', () => {
  let root: string;
  let folder: string;
  let regions: SharedRegions;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'face-regions-'));
    folder = join(root, 'shm');
    mkdirSync(folder);
    regions = new SharedRegions({ folder, maxRegions: 3 });
    write('own');
  });

  afterEach(() => {
    regions.close();
    rmSync(root, { recursive: true });
  });

  function write(name: string, mode = 0o600): void {
    const path = join(folder, name);
    writeFileSync(
      path,
      Uint8Array.from({ length: fileBytes }, (_, index) => index),
    );
    chmodSync(path, mode);
  }

  const register = (name: string, key = '/own', offset = 0n, byteSize = 100n) =>
    regions.register({ name, key, offset, byteSize });

  function refusal(work: () => unknown): { code: status; text: string } {
    try {
      work();
    } catch (error) {
      if (error instanceof ProtocolError) return { code: error.code, text: error.message };
      throw error;
    }
    return { code: status.OK, text: '' };
  }

  const openFiles = () => readdirSync('/dev/fd').length;

  it('gives the bytes of a region', () => {
    register('r', '/own', 10n, 20n);
    const bytes = regions.find('r', 5n, 15n);
    expect([...bytes.read()]).toEqual(Array.from({ length: 15 }, (_, index) => index + 15));
    expect([...bytes.subarray(1, 3).read()]).toEqual([16, 17]);
    bytes.subarray(0, 2).write(Uint8Array.of(98, 99));
    expect([...readFileSync(join(folder, 'own')).subarray(14, 18)]).toEqual([14, 98, 99, 17]);
    expect(regions.status('')).toEqual({ r: { name: 'r', key: '/own', offset: 10n, byteSize: 20n } });
  });

  it.each([
    'missing',
    '',
    '/',
    '.',
    '..',
    '/..',
    '../secret',
    '/../secret',
    'sub/file',
    '/shm/../own',
    'own/',
    'own\0',
    'link',
    'pipe',
    'sub',
    'readable',
    'writable',
    'triton_python_backend_shm_region_1',
  ])('opens nothing for the key "%s"', (key) => {
    writeFileSync(join(root, 'secret'), 'x'.repeat(fileBytes), { mode: 0o600 });
    mkdirSync(join(folder, 'sub'));
    write('sub/file');
    symlinkSync('../secret', join(folder, 'link'));
    spawnSync('mkfifo', ['-m', '600', join(folder, 'pipe')]);
    write('readable', 0o604);
    write('writable', 0o620);
    write('triton_python_backend_shm_region_1');
    const before = openFiles();
    expect(refusal(() => register('r', key))).toEqual({
      code: status.INTERNAL,
      text: `Unable to open shared memory region: '${key}'`,
    });
    expect(openFiles()).toBe(before);
  });

  // A file can be given away by root only.
  it.skipIf(process.geteuid?.() !== 0)('opens no file of another user', () => {
    spawnSync('chown', ['12345', join(folder, 'own')]);
    expect(refusal(() => register('r')).code).toBe(status.INTERNAL);
  });

  it.each([
    [0n, 1001n],
    [999n, 2n],
    [1000n, 1n],
    [0n, 0n],
    [most, 1n],
    [1n, most],
    [most, most],
  ])('refuses offset %s with %s bytes of a file of 1000', (offset, byteSize) => {
    const before = openFiles();
    expect(refusal(() => register('r', '/own', offset, byteSize))).toEqual({
      code: status.INVALID_ARGUMENT,
      text: "failed to register shared memory region 'r': invalid args",
    });
    expect([openFiles(), regions.status('')]).toEqual([before, {}]);
  });

  it('finds only what lies inside of a region', () => {
    register('r', '/own', 100n, 50n);
    const value = fc.oneof(fc.bigInt(-10n, 60n), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n));
    fc.assert(
      fc.property(value, value, (offset, byteSize) => {
        const inside = offset >= 0n && byteSize > 0n && offset + byteSize <= 50n;
        const { code } = refusal(() => regions.find('r', offset, byteSize));
        expect(code).toBe(inside ? status.OK : status.INVALID_ARGUMENT);
      }),
    );
    expect(refusal(() => regions.find('r', 50n, 1n)).text).toBe(
      "Invalid offset for shared memory region: 'r'",
    );
    expect(refusal(() => regions.find('r', 49n, 2n)).text).toBe(
      "Invalid offset + byte size for shared memory region: 'r'",
    );
    expect(refusal(() => regions.find('x', 0n, 1n))).toEqual({
      code: status.NOT_FOUND,
      text: "Unable to find shared memory region: 'x'",
    });
  });

  it('knows a name once, and unregistering what it does not know is no fault', () => {
    register('r');
    expect(refusal(() => register('r'))).toEqual({
      code: status.ALREADY_EXISTS,
      text: "shared memory region 'r' already in manager",
    });
    regions.unregister('r');
    regions.unregister('r');
    expect(refusal(() => regions.status('r'))).toEqual({
      code: status.NOT_FOUND,
      text: "Unable to find system shared memory region: 'r'",
    });
  });

  it('lets go of no region, and so of no descriptor, that a request works with', () => {
    register('r');
    register('idle');
    const before = openFiles();
    const bytes = regions.find('r', 0n, 10n);
    const [release, second] = [bytes.hold(), bytes.hold()];
    expect(refusal(() => regions.unregister('r'))).toEqual({
      code: status.INTERNAL,
      text: "Cannot unregister shared memory region 'r', it is currently in use.",
    });
    expect(refusal(() => regions.unregister('')).text).toBe(
      'Failed to unregister the following system shared memory regions: r ,',
    );
    release();
    release();
    expect(refusal(() => regions.unregister('r')).code).toBe(status.INTERNAL);
    expect(bytes.read()).toHaveLength(10);
    second();
    regions.unregister('r');
    expect([openFiles(), regions.status('')]).toEqual([before - 2, {}]);
  });

  it('says so when the client cuts the file', () => {
    register('r');
    truncateSync(join(folder, 'own'), 50);
    expect(refusal(() => regions.find('r', 0n, 100n).read())).toEqual({
      code: status.INVALID_ARGUMENT,
      text: "the file of shared memory region 'r' was cut",
    });
  });

  it('keeps so many regions and no more, and forgets those that nobody can open any more', () => {
    for (const name of ['a', 'b', 'c']) {
      write(name);
      register(name, name);
    }
    expect(refusal(() => register('d')).code).toBe(status.RESOURCE_EXHAUSTED);
    rmSync(join(folder, 'a'));
    rmSync(join(folder, 'b'));
    const release = regions.find('b', 0n, 1n).hold();
    register('d');
    expect(Object.keys(regions.status(''))).toEqual(['b', 'c', 'd']);
    release();
  });
});
