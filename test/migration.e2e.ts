import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type EmbeddingsAnswer,
  type ErrorAnswer,
  type RerankAnswer,
  postJson,
  request,
} from './support/client.js';
import { type InferenceServer, startInferenceServer } from './support/inference-server.js';
import { samplePhoto } from './support/photos.js';
import { runToEnd } from './support/process.js';
import { type Api, cleanEnvironment, entries, startApi } from './support/product.js';

const oldSettings = new URL('./fixtures/old-service.env', import.meta.url).pathname;
const key = parseEnv(readFileSync(oldSettings, 'utf8'))['FACE_V3_API_KEY'] ?? '';
const photo = samplePhoto('sample1.jpg').toString('base64');
/** An owner's library, with the one symbol that there used to be. */
const ownersLibrary = ['so', 'dylib']
  .map((suffix) => new URL(`../native-libs/build/test/liblegacy_rerank.${suffix}`, import.meta.url).pathname)
  .find((path) => existsSync(path));

/** What docs/migration.md promises to those who come from the service in Python. */
describe('the settings and the clients of the service in Python', () => {
  let folder: string;
  let server: InferenceServer;
  let api: Api;
  const asked = { 'X-API-KEY': key };
  const post = <Body>(path: string, body: unknown, headers: Record<string, string> = asked) =>
    postJson<Body>(`${api.ready.url}/api/v1/${path}`, body, headers);

  /** Only what is a place of that machine is another one here. */
  const startWithOldSettings = () =>
    startApi(
      {
        FACE_V3_TRITON_URL: server.url,
        FACE_V3_RERANK_LIBRARY_PATH: ownersLibrary,
        FACE_V3_MERGE_LIBRARY_PATH: '',
        FACE_V3_LOG_LEVEL: undefined,
      },
      folder,
    );

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'face-migration-'));
    await copyFile(oldSettings, join(folder, '.env'));
    server = await startInferenceServer({ FACE_V3_EMBEDDING_DIMENSION: '1024' }, folder);
    api = await startWithOldSettings();
  });

  afterAll(async () => {
    await api?.stop();
    await server?.stop();
    await rm(folder, { recursive: true });
  });

  it('starts with the old .env: environment, key, processes and log level are those in it', async () => {
    const { status, body } = await request<object>(`${api.ready.url}/healthz`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'ok',
      environment: 'production',
      triton_ready: true,
      rerank_ready: true,
    });
    const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(api.pid)], { encoding: 'utf8' });
    expect(children.trim().split('\n')).toHaveLength(2);
    // Swagger UI was there in `local` only, too.
    expect((await request(`${api.ready.url}/docs`)).status).toBe(404);
    // Lines of INFO, which the old file writes in small letters.
    expect(api.printed).toContain('Listening on');
    expect(api.printed).not.toContain(key);
  });

  it('answers /embeddings with the fields that there were', async () => {
    const { status, body } = await post<EmbeddingsAnswer>('embeddings', {
      images: [{ id: 'someone', data: photo }, { data: photo }],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ normalized_embeddings: true, included_aligned_faces: false });
    expect(Object.keys(body.timings_ms)).toEqual(
      expect.arrayContaining(['decode_ms', 'inference_ms', 'total_ms']),
    );
    expect(body.results.map(({ image_id, num_faces }) => [image_id, num_faces])).toEqual([
      ['someone', 3],
      ['image_2', 3],
    ]);
    for (const { faces } of body.results) {
      for (const face of faces) {
        expect(face).toEqual({
          bbox: [expect.any(Number), expect.any(Number), expect.any(Number), expect.any(Number)],
          confidence: expect.any(Number) as number,
          landmarks: new Array(5).fill([expect.any(Number), expect.any(Number)]),
          face_size: expect.any(Number) as number,
          embedding: expect.any(Array) as number[],
          aligned_face: null,
        });
        expect(face.embedding).toHaveLength(1024);
        expect(Math.hypot(...(face.embedding as number[]))).toBeCloseTo(1, 5);
      }
    }
  });

  it.each([
    ['a data URI', { images: [{ data: `data:image/jpeg;base64,${photo}` }] }],
    ['base64 in lines of 76 characters', { images: [{ data: photo.replace(/.{76}/g, '$&\n') }] }],
    [
      'null for what is not given',
      {
        images: [{ id: null, data: photo }],
        return_aligned_faces: null,
        skip_embedding_normalization: null,
      },
    ],
  ])('takes %s', async (_name, sent) => {
    const { status, body } = await post<EmbeddingsAnswer>('embeddings', sent);
    expect([status, body.results[0]?.image_id, body.results[0]?.num_faces]).toEqual([200, 'image_1', 3]);
  });

  it('does what the two flags say', async () => {
    const { body } = await post<EmbeddingsAnswer>('embeddings', {
      images: [{ data: photo }],
      return_aligned_faces: true,
      skip_embedding_normalization: true,
    });
    expect(body).toMatchObject({ normalized_embeddings: false, included_aligned_faces: true });
    for (const face of body.results[0]?.faces ?? []) {
      expect(face.embedding).toHaveLength(1024);
      expect(
        Buffer.from(face.aligned_face ?? '', 'base64')
          .subarray(1, 4)
          .toString(),
      ).toBe('PNG');
    }
  });

  it("reranks by the owner's library, in the order of the candidates", async () => {
    const found = await post<EmbeddingsAnswer>('embeddings', { images: [{ data: photo }] });
    const vectors = (found.body.results[0]?.faces ?? []).map(({ embedding }) => embedding as number[]);
    const candidates = vectors.map((embedding, index) => ({ id: `photo-${index}`, embedding }));
    for (const [threshold, applied] of [
      [undefined, 0.5],
      [null, 0.5],
      [0, 0],
      [1, 1],
    ]) {
      const { status, body } = await post<RerankAnswer>('rerank', {
        query_embedding: vectors[0],
        candidates,
        ...(threshold === undefined ? {} : { threshold }),
      });
      expect(status).toBe(200);
      expect(body).toMatchObject({ threshold_applied: applied, candidate_count: 3 });
      expect(body.scores.map(({ id }) => id)).toEqual(['photo-0', 'photo-1', 'photo-2']);
      for (const { score } of body.scores) expect(score >= 0 && score <= 1).toBe(true);
      expect(body.scores[0]?.score).toBeCloseTo(1, 6);
      expect((body as unknown as { timings_ms: object }).timings_ms).toHaveProperty('total_ms');
    }
  });

  it('finds its paths with a slash behind them, and reads JSON that names its charset', async () => {
    const headers = { ...asked, 'content-type': 'application/json; charset=utf-8' };
    expect((await post('embeddings/', { images: [{ data: photo }] }, headers)).status).toBe(200);
  });

  it("refuses Python's NaN as a number that is not finite", async () => {
    const { status, body } = await request<ErrorAnswer>(`${api.ready.url}/api/v1/rerank`, {
      method: 'POST',
      headers: { ...asked, 'content-type': 'application/json' },
      body: '{"query_embedding": [NaN, 0.5], "candidates": [{"id": "a", "embedding": [0.5, 0.5]}]}',
    });
    expect([status, body.code]).toEqual([400, 'non_finite_number']);
  });

  const image = { data: photo };
  it.each([
    ['no key', 'embeddings', { images: [image] }, {}, 401],
    ['a wrong key', 'embeddings', 'not even JSON', { 'X-API-KEY': 'another one' }, 401],
    ['base64 that is none', 'embeddings', { images: [{ data: '§' }] }, asked, 400],
    ['a file that is no image', 'embeddings', { images: [{ data: 'AAAA' }] }, asked, 400],
    ['more images than allowed', 'embeddings', { images: new Array(9).fill(image) }, asked, 400],
    ['no image', 'embeddings', { images: [] }, asked, 422],
    ['an unknown field', 'embeddings', { images: [image], image: '' }, asked, 422],
    ['text', 'embeddings', {}, { ...asked, 'content-type': 'text/plain' }, 415],
    [
      'a wrong dimension',
      'rerank',
      { query_embedding: [1], candidates: [{ id: 'a', embedding: [1] }] },
      asked,
      400,
    ],
    ['no candidate', 'rerank', { query_embedding: [1], candidates: [] }, asked, 422],
    [
      'a threshold above 1',
      'rerank',
      { query_embedding: [1], candidates: [{ id: 'a', embedding: [1] }], threshold: 1.1 },
      asked,
      422,
    ],
  ])('refuses %s', async (_name, path, sent, headers: Record<string, string>, status) => {
    const answer = await post<ErrorAnswer>(path, sent, { ...headers, 'X-Request-ID': 'of-the-caller' });
    expect(answer.status).toBe(status);
    expect(answer.body.detail).toMatch(/^[A-Z].*\.$/);
    expect(answer.body.code).toMatch(/^[a-z_0-9]+$/);
    expect(answer.body.request_id).toBe('of-the-caller');
    expect(answer.headers.get('x-request-id')).toBe('of-the-caller');
  });

  it('refuses a key that used to be long enough, before it answers anything', async () => {
    const { code, printed } = await runToEnd(
      entries.api,
      cleanEnvironment({ FACE_V3_TRITON_URL: server.url, FACE_V3_API_KEY: 'short' }),
      folder,
    );
    expect(code).toBe(1);
    expect(printed).toMatch(/FACE_V3_API_KEY .*16/);
  });
});
