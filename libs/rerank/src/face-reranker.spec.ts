import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { builtLibrary } from './built-library.fixture.js';
import { calibratedCosine } from './rerank-reference.fixture.js';
import { FaceReranker } from './face-reranker.js';
import { RecordingLogger } from './recording-logger.fixture.js';
import { RerankModule } from './rerank.module.js';

async function rerankerWith(
  rerankLibraryPath: string,
  logger = new RecordingLogger(),
): Promise<FaceReranker> {
  const testing = await Test.createTestingModule({
    imports: [
      RerankModule.forRootAsync({
        useFactory: () => ({ rerankLibraryPath, mergeLibraryPath: builtLibrary('merge_embeddings') }),
      }),
    ],
  })
    .setLogger(logger)
    .compile();
  await testing.init();
  return testing.get(FaceReranker);
}

const calibration = { alpha: 25, tau: 0.426, galleryReference: 1000, voting: true };

/** Two candidates of 1024 numbers: one at an angle of the query, one that is a multiple of it. */
function legacySearch(type: Float32ArrayConstructor | Float64ArrayConstructor) {
  const query = new type(1024).fill(0);
  query[0] = 2;
  const candidates = new type(2 * 1024);
  candidates.set([3, 4], 0);
  candidates[1024] = 0.5;
  return { query, candidates, dimension: 1024, threshold: 0.5, calibration };
}

describe('FaceReranker with the full library', () => {
  it('takes any dimension and mixed element types', async () => {
    const reranker = await rerankerWith(builtLibrary('rerank_compute'));
    expect(reranker.kind).toBe('full');
    for (const dimension of [1, 128, 512, 1024, 4096])
      expect(reranker.ready(dimension)).toEqual({ ready: true });
    const { scores, cosines } = await reranker.score({
      query: Float64Array.of(1, 0),
      candidates: Float32Array.of(0, 1, 3, 0),
      dimension: 2,
      threshold: 0.5,
      calibration,
    });
    expect(scores[1]).toBe(1);
    expect([...cosines]).toEqual([0, 1]);
  });

  it('is not ready for a dimension that cannot be', async () => {
    const reranker = await rerankerWith(builtLibrary('rerank_compute'));
    expect(reranker.ready(5000)).toMatchObject({
      ready: false,
      reason: expect.stringContaining('5000') as string,
    });
  });

  it('lets known persons vote for their own only', async () => {
    const reranker = await rerankerWith(builtLibrary('rerank_compute'));
    const search = {
      query: Float32Array.of(1, 0, 0),
      candidates: Float32Array.of(0.9, 0.1, 0, 0.9, 0, 0.4, 0, 0, 1),
      dimension: 3,
      threshold: 0.5,
      calibration,
    };
    const apart = await reranker.score({ ...search, subjects: ['a', 'b', null] });
    const together = await reranker.score({ ...search, subjects: ['a', 'a', null] });
    expect(apart.scores[1]).toBeCloseTo(calibratedCosine(apart.cosines[1] ?? 0, calibration), 12);
    expect(together.scores[1]).toBeGreaterThan(apart.scores[1] ?? 1);
  });
});

describe('FaceReranker with an owner’s library of only the original function', () => {
  it.each([Float32Array, Float64Array])('scores with it, cosines included', async (type) => {
    const reranker = await rerankerWith(builtLibrary('test/legacy_rerank'));
    expect(reranker.kind).toBe('legacy');
    expect(reranker.ready(1024)).toEqual({ ready: true });
    const { scores, cosines } = await reranker.score(legacySearch(type));
    expect(cosines[0]).toBeCloseTo(0.6, 12);
    expect(cosines[1]).toBe(1);
    expect(scores[0]).toBeCloseTo(calibratedCosine(0.6, { ...calibration, alpha: 30, tau: 0.42 }), 12);
  });

  it('keeps candidates without direction from it', async () => {
    const reranker = await rerankerWith(builtLibrary('test/legacy_rerank'));
    const search = legacySearch(Float64Array);
    const candidates = new Float64Array(4 * 1024);
    candidates.fill(Number.NaN, 1024, 1025);
    candidates.set(search.candidates, 2 * 1024);
    const { scores, cosines } = await reranker.score({ ...search, candidates });
    const clean = await reranker.score(search);
    expect([...scores]).toEqual([0, 0, ...clean.scores]);
    expect([...cosines]).toEqual([0, 0, ...clean.cosines]);
    const none = await reranker.score({ ...search, candidates: new Float64Array(1024) });
    expect([...none.scores, ...none.cosines]).toEqual([0, 0]);
  });

  it('is not ready for another dimension, and says why', async () => {
    const reranker = await rerankerWith(builtLibrary('test/legacy_rerank'));
    const { ready, reason } = reranker.ready(512);
    expect(ready).toBe(false);
    expect(reason).toMatch(/only the original rerank function, for embeddings of 1024 numbers.* have 512/);
    const search = { ...legacySearch(Float32Array), dimension: 512 };
    await expect(reranker.score(search)).rejects.toMatchObject({ code: 'not_ready', message: reason });
  });

  it('refuses what the function would misread', async () => {
    const reranker = await rerankerWith(builtLibrary('test/legacy_rerank'));
    const search = legacySearch(Float64Array);
    await expect(reranker.score({ ...search, candidates: new Float64Array(1500) })).rejects.toMatchObject({
      code: 'wrong_dimension',
    });
    await expect(reranker.score({ ...search, query: new Float64Array(1024) })).rejects.toMatchObject({
      code: 'zero_embedding',
    });
    await expect(reranker.score({ ...search, query: search.query.with(3, NaN) })).rejects.toMatchObject({
      code: 'non_finite_number',
    });
  });
});

describe('FaceReranker without a library', () => {
  it('is not ready with the reason, logs it once, and finds a library that is put in place later', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'face-rerank-'));
    const path = join(folder, 'librerank_compute.so');
    try {
      const logger = new RecordingLogger();
      const reranker = await rerankerWith(path, logger);
      expect(reranker.kind).toBe('absent');
      expect(reranker.ready(512)).toEqual({
        ready: false,
        reason: 'The native library librerank_compute.so is not there.',
      });
      await expect(reranker.score(legacySearch(Float32Array))).rejects.toMatchObject({ code: 'not_ready' });
      expect(logger.problems).toEqual([`The native library ${path} is not there`]);
      copyFileSync(builtLibrary('rerank_compute'), path);
      expect(reranker.ready(512)).toEqual({ ready: true });
      expect(reranker.kind).toBe('full');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
