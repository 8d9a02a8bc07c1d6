import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type EmbeddingsAnswer,
  type ErrorAnswer,
  type RerankAnswer,
  cosine,
  postJson,
  request,
} from './support/client.js';
import { samplePhoto } from './support/photos.js';
import { Product } from './support/product.js';

const legacyLibrary = ['so', 'dylib']
  .map((suffix) => new URL(`../native-libs/build/test/liblegacy_rerank.${suffix}`, import.meta.url).pathname)
  .find((path) => existsSync(path));

/** 1024 dimensions, as in production, and the owner's own library with only the legacy symbol. */
describe.each([
  ['our rerank library', {}],
  ['a library with only the legacy symbol', { FACE_V3_RERANK_LIBRARY_PATH: legacyLibrary ?? 'missing' }],
])('1024 dimensions with %s', (_name, settings: NodeJS.ProcessEnv) => {
  let product: Product;

  beforeAll(async () => {
    const dimension = { FACE_V3_EMBEDDING_DIMENSION: '1024' };
    product = await Product.start({ modelServer: dimension, api: { ...dimension, ...settings } });
  });

  afterAll(() => product.stop());

  it('embeds and reranks', async () => {
    const url = `${product.url}/api/v1`;
    const { body } = await postJson<EmbeddingsAnswer>(`${url}/embeddings`, {
      images: [{ data: samplePhoto('sample1.jpg').toString('base64') }],
    });
    const vectors = (body.results[0]?.faces ?? []).map((face) => face.embedding as number[]);
    expect(vectors.map((vector) => vector.length)).toEqual([1024, 1024, 1024]);
    const answer = await postJson<RerankAnswer>(`${url}/rerank`, {
      query_embedding: vectors[1],
      candidates: vectors.map((embedding, index) => ({ id: String(index), embedding })),
    });
    expect(answer.status).toBe(200);
    expect(answer.body.scores[1]?.accepted).toBe(true);
    // Only our own library promises exactly 1.
    expect(answer.body.scores[1]?.score).toBeCloseTo(1, 6);
    expect(answer.body.scores[0]?.cosine).toBeCloseTo(cosine(vectors[0] ?? [], vectors[1] ?? []), 4);
    expect(answer.body.scores[0]?.score).toBeLessThan(0.5);
  });
});

it('is not ready for rerank when the legacy library meets another dimension', async () => {
  const product = await Product.start({
    api: { FACE_V3_RERANK_LIBRARY_PATH: legacyLibrary ?? 'missing' },
  });
  const health = await request(`${product.url}/healthz`);
  const rerank = await postJson<ErrorAnswer>(`${product.url}/api/v1/rerank`, {
    query_embedding: new Array<number>(512).fill(0.1),
    candidates: [{ id: 'a', embedding: new Array<number>(512).fill(0.1) }],
  });
  await product.stop();
  expect(health.body).toMatchObject({ status: 'degraded', triton_ready: true, rerank_ready: false });
  expect(JSON.stringify(health.body)).toContain('1024');
  expect([rerank.status, rerank.body.code]).toEqual([503, 'not_ready']);
  expect(rerank.body.detail).toContain('1024');
});
