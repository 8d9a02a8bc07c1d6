import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectPhotos } from '../support/photo-selection.js';
import { sharedFolder } from '../support/shared-data.js';
import { writeTritonRepository } from '../support/triton-repository.js';
import { TwoServers } from '../support/two-servers.js';

const shared = sharedFolder('data');

/** Production's form is the ensemble: there only the networks run otherwise. */
describe.each([
  ['one model', 'single', 'none'],
  ['an ensemble', 'ensemble', 'none'],
  ['one model that merges views', 'single', 'mean'],
  ['an ensemble that merges views', 'ensemble', 'concat'],
])('Triton with %s and our model server', (_name, form, flipMerge) => {
  let servers: TwoServers;

  beforeAll(async () => {
    servers = await TwoServers.start({ FACE_V3_FLIP_MERGE: flipMerge }, (folder) =>
      writeTritonRepository('onnx-cpu', folder, ['--form', form, '--flip-merge', flipMerge]),
    );
  });

  afterAll(() => servers.stop());

  it('give the same faces and embeddings for the same photos', async () => {
    expect(await servers.expectSameFaces(await selectPhotos(shared))).toBeGreaterThan(21);
  });

  it('tell the same calibration', async () => {
    const query = Array.from({ length: flipMerge === 'concat' ? 1024 : 512 }, (_, index) => Math.sin(index));
    const [ours, theirs] = await servers.post<object>('rerank', {
      query_embedding: query,
      candidates: [{ id: 'a', embedding: query }],
    });
    expect(ours).toMatchObject({ calibration: { calibrated: true } });
    expect({ ...theirs, timings_ms: 0 }).toEqual({ ...ours, timings_ms: 0 });
  });
});
