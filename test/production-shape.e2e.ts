import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import { type Api, type ModelServer, startApi, startModelServer } from './support/product.js';

const legacyLibrary = ['so', 'dylib']
  .map((suffix) => new URL(`../native-libs/build/test/liblegacy_rerank.${suffix}`, import.meta.url).pathname)
  .find((path) => existsSync(path));

/** 1024 dimensions, as in production, and the owner's own library with only the legacy symbol. */
describe.each([
  ['our rerank library', {}],
  ['a library with only the legacy symbol', { FACE_V3_RERANK_LIBRARY_PATH: legacyLibrary ?? 'missing' }],
])('1024 dimensions with %s', (_name, settings: NodeJS.ProcessEnv) => {
  let folder: string;
  let modelServer: ModelServer;
  let api: Api;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'face-1024-'));
    const socket = join(folder, 's.sock');
    modelServer = await startModelServer({
      FACE_V3_MODEL_SERVER_SOCKET: socket,
      FACE_V3_EMBEDDING_DIMENSION: '1024',
    });
    api = await startApi({
      FACE_V3_TRITON_URL: `unix:${socket}`,
      FACE_V3_EMBEDDING_DIMENSION: '1024',
      ...settings,
    });
  });

  afterAll(async () => {
    await api.stop();
    await modelServer.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('embeds and reranks', async () => {
    const url = `${api.ready.url}/api/v1`;
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
  const folder = await mkdtemp(join(tmpdir(), 'face-legacy-'));
  const socket = join(folder, 's.sock');
  const modelServer = await startModelServer({ FACE_V3_MODEL_SERVER_SOCKET: socket });
  const api = await startApi({
    FACE_V3_TRITON_URL: `unix:${socket}`,
    FACE_V3_RERANK_LIBRARY_PATH: legacyLibrary ?? 'missing',
  });
  const health = await request(`${api.ready.url}/healthz`);
  const rerank = await postJson<ErrorAnswer>(`${api.ready.url}/api/v1/rerank`, {
    query_embedding: new Array<number>(512).fill(0.1),
    candidates: [{ id: 'a', embedding: new Array<number>(512).fill(0.1) }],
  });
  await api.stop();
  await modelServer.stop();
  await rm(folder, { recursive: true, force: true });
  expect(health.body).toMatchObject({ status: 'degraded', triton_ready: true, rerank_ready: false });
  expect(JSON.stringify(health.body)).toContain('1024');
  expect([rerank.status, rerank.body.code]).toEqual([503, 'not_ready']);
  expect(rerank.body.detail).toContain('1024');
});
