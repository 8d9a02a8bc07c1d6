import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { builtLibrary } from './built-library.fixture.js';
import { RecordingLogger } from './recording-logger.fixture.js';
import { RerankModule } from './rerank.module.js';
import { TemplateMerger } from './template-merger.js';

async function mergerWith(mergeLibraryPath: string, logger = new RecordingLogger()): Promise<TemplateMerger> {
  const options = { rerankLibraryPath: builtLibrary('rerank_compute'), mergeLibraryPath };
  const testing = await Test.createTestingModule({ imports: [RerankModule.forRoot(options)] })
    .setLogger(logger)
    .compile();
  await testing.init();
  return testing.get(TemplateMerger);
}

describe('TemplateMerger', () => {
  const embeddings = Float32Array.of(1, 0.1, 0, 1, -0.1, 0, 1, 0, 0.1, 0, 0, -1);

  it('gives the template with weight and outlier flag of each member', async () => {
    const merger = await mergerWith(builtLibrary('merge_embeddings'));
    expect(merger.ready()).toEqual({ ready: true });
    const { embedding, members } = await merger.merge({ embeddings, dimension: 3 });
    expect(embedding).toHaveLength(3);
    expect(members.map((member) => member.outlier)).toEqual([false, false, false, true]);
    expect(members[3]?.weight).toBe(0);
    const mean = await merger.merge({ embeddings, dimension: 3, method: 'mean' });
    expect(mean.members).toEqual(Array(4).fill({ weight: 1, outlier: false }));
  });

  it('is not ready with the reason when the library is absent', async () => {
    const merger = await mergerWith('/nowhere/libmerge_embeddings.so');
    const reason = 'The native library libmerge_embeddings.so is not there.';
    expect(merger.ready()).toEqual({ ready: false, reason });
    const merging = merger.merge({ embeddings, dimension: 3 });
    await expect(merging).rejects.toMatchObject({ code: 'not_ready', message: reason });
  });
});
