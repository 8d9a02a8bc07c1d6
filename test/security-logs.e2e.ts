import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddingsAnswer, type RerankAnswer, postJson, request } from './support/client.js';
import { samplePhoto } from './support/photos.js';
import { privateContentIn } from './support/private-content.js';
import { type Api, type ModelServer, startApi, startModelServer } from './support/product.js';

const key = 'a-key-that-must-not-be-logged';
const wrongKey = 'a-wrong-key-that-must-not-be-logged';
const personal = 'Erika-Mustermann';

describe('logs at their most talkative', () => {
  let folder: string;
  let modelServer: ModelServer;
  let api: Api;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'face-logs-'));
    const socket = join(folder, 's.sock');
    modelServer = await startModelServer({ FACE_V3_MODEL_SERVER_SOCKET: socket, FACE_V3_LOG_LEVEL: 'TRACE' });
    api = await startApi({
      FACE_V3_TRITON_URL: `unix:${socket}`,
      FACE_V3_ENV: 'production',
      FACE_V3_API_KEY: key,
      FACE_V3_LOG_LEVEL: 'TRACE',
      FACE_V3_MAX_WRONG_KEYS_PER_MINUTE: '3',
      FACE_V3_REQUEST_TIMEOUT_SECONDS: '3',
    });
  });

  afterAll(async () => {
    await api.stop();
    await modelServer.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('hold no key, photo, id, landmark or embedding, whatever is sent and however it ends', async () => {
    const url = (path: string) => `${api.ready.url}/api/v1/${path}?token=${key}`;
    const withKey = { 'x-api-key': key };
    const photo = samplePhoto('sample1.jpg');
    const data = photo.toString('base64');
    const images = [{ id: personal, data }];
    const form = new FormData();
    form.append('images', new Blob([new Uint8Array(photo)]), `${personal}.jpg`);

    const floats = await postJson<EmbeddingsAnswer>(
      `${api.ready.url}/api/v1/embeddings`,
      { images },
      withKey,
    );
    const packed = await postJson<EmbeddingsAnswer>(
      `${api.ready.url}/api/v1/embeddings`,
      { images, encoding_format: 'base64', return_aligned_faces: true },
      withKey,
    );
    expect([floats.status, packed.status]).toEqual([200, 200]);
    const face = floats.body.results[0]?.faces[0];
    const embedding = face?.embedding as number[];
    const vector = packed.body.results[0]?.faces[0]?.embedding as string;
    const candidates = Array.from({ length: 30 }, () => ({ id: personal, embedding }));
    const post = (path: string, body: unknown, headers: Record<string, string> = withKey) =>
      postJson<RerankAnswer>(url(path), body, headers);
    const rounds = Array.from({ length: 10 }, () => [
      post('embeddings', { images }),
      post('detections', { images }),
      post('rerank', { query_embedding: embedding, candidates }),
      post('rerank', { query_embedding: vector, candidates: [{ id: personal, embedding: vector }] }),
      post('rerank', { query_embedding: [...embedding, 1], candidates }),
      post('merge', { embeddings: [embedding, vector] }),
      post('merge', { embeddings: [[...embedding.slice(1), 1e300]] }),
      post('embeddings', { images: [{ id: personal, data: `${data}§` }] }),
      post('embeddings', { images: [{ id: personal, data: Buffer.from(data).toString('base64') }] }),
      post('embeddings', { images, [data.slice(0, 150)]: personal }),
      post('embeddings', { images }, { 'x-api-key': wrongKey }),
      post('embeddings', { images }, { authorization: key }),
      request(url('embeddings'), { method: 'POST', headers: withKey, body: form }),
      request(url(`nothing`), { headers: withKey }),
      request(url('embeddings'), {
        method: 'POST',
        headers: { ...withKey, 'content-type': 'application/json' },
        body: `{"images":[{"data":"${data}"`,
      }),
    ]);
    await Promise.all(rounds.flat());
    // Failures bring causes and stacks into the log.
    process.kill(modelServer.pid, 'SIGSTOP');
    expect([502, 503, 504]).toContain((await post('embeddings', { images })).status);
    process.kill(modelServer.pid, 'SIGCONT');
    await modelServer.stop('SIGKILL');
    expect((await post('embeddings', { images })).status).toBe(503);
    await api.stop();

    for (const { printed } of [api, modelServer]) {
      expect(privateContentIn(printed, { FACE_V3_API_KEY: key })).toBeUndefined();
      for (const secret of [key, wrongKey, personal, data.slice(1000, 1040), vector.slice(0, 40)]) {
        expect(printed).not.toContain(secret);
      }
      const numbers = [...embedding, ...(face?.landmarks.flat() ?? []), ...(face?.bbox ?? [])]
        .map(String)
        .filter((text) => text.length >= 7);
      expect(numbers.length).toBeGreaterThan(500);
      expect(numbers.filter((number) => printed.includes(number))).toEqual([]);
    }
    // Lines there were: this test must not pass because nothing is logged at all.
    expect(api.printed.split('\n').length).toBeGreaterThan(150);
  });
});
