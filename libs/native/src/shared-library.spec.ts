import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaceError } from '@face/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtLibrary } from './built-library.fixture.js';
import { MergeLibrary } from './merge-library.js';
import { PixelLibrary } from './pixel-library.js';
import { RerankLibrary } from './rerank-library.js';

function refusalOf(open: () => unknown): FaceError {
  try {
    open();
  } catch (error) {
    if (error instanceof FaceError) return error;
    throw error;
  }
  throw new Error('was opened');
}

describe('opening a native library', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'face-native-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const kinds = [
    { name: 'rerank', open: (path: string) => RerankLibrary.open(path) },
    { name: 'merge', open: (path: string) => MergeLibrary.open(path) },
    { name: 'pixels', open: (path: string) => PixelLibrary.open(path) },
  ];

  it.each(kinds)('$name: tells an absent file by name, with its path only in the cause', ({ open }) => {
    const path = join(folder, 'nowhere.so');
    const error = refusalOf(() => open(path));
    expect(error.code).toBe('not_ready');
    expect(error.message).toBe('The native library nowhere.so is not there.');
    expect((error.cause as Error).message).toContain(path);
  });

  it.each(kinds)('$name: tells a file that is no library', ({ open }) => {
    const path = join(folder, 'text.so');
    writeFileSync(path, 'not a library');
    const error = refusalOf(() => open(path));
    expect(error.code).toBe('not_ready');
    expect(error.message).toBe('The native library text.so is no shared library that this machine can load.');
  });

  it.each(kinds)('$name: refuses another version of the interface', ({ open }) => {
    const error = refusalOf(() => open(builtLibrary('test/future_libraries')));
    expect(error.code).toBe('not_ready');
    expect(error.message).toMatch(
      /libfuture_libraries\.\w+ has version 1000 of its interface where version 1 is needed/,
    );
  });

  it('tells a library without the functions', () => {
    const error = refusalOf(() => RerankLibrary.open(builtLibrary('merge_embeddings')));
    expect(error.code).toBe('not_ready');
    expect(error.message).toContain('has no function compute_rerank_scores_from_embeddings');
    expect(refusalOf(() => MergeLibrary.open(builtLibrary('rerank_compute'))).code).toBe('not_ready');
  });

  it('knows the full library from one with only the original function', () => {
    const full = RerankLibrary.open(builtLibrary('rerank_compute'));
    expect(full.kind).toBe('full');
    expect(full.full?.buildInfo).toMatch(/^rerank_compute 1\.\d+\.\d+; /);
    const legacy = RerankLibrary.open(builtLibrary('test/legacy_rerank'));
    expect(legacy.kind).toBe('legacy');
    expect(legacy.full).toBeUndefined();
  });
});
