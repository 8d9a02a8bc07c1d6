import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileReader } from './file-bytes.js';
import { JobRefusedError } from './job-errors.js';

describe('FileReader', () => {
  let folder: string;
  let path: string;
  let descriptor: number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'face-file-'));
    path = join(folder, 'file');
    writeFileSync(path, Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7));
    descriptor = openSync(path, 'r');
  });

  afterEach(() => {
    closeSync(descriptor);
    rmSync(folder, { recursive: true });
  });

  it('reads any stretch of a file, into the same memory', () => {
    const reader = new FileReader();
    const first = reader.read({ descriptor, position: 2, byteLength: 6 });
    expect([...first]).toEqual([2, 3, 4, 5, 6, 7]);
    const second = reader.read({ descriptor, position: 0, byteLength: 3 });
    expect([...second]).toEqual([0, 1, 2]);
    expect(second.buffer).toBe(first.buffer);
  });

  it('refuses the job when the client has cut the file', () => {
    truncateSync(path, 4);
    expect(() => new FileReader().read({ descriptor, position: 2, byteLength: 6 })).toThrow(JobRefusedError);
  });
});
