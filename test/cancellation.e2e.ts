import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inferenceService } from '@face/kserve';
import { Client, credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddingsAnswer, postJson } from './support/client.js';
import { samplePhoto } from './support/photos.js';
import { type Api, type ModelServer, startApi, startModelServer } from './support/product.js';

/** Pictures that the model server has looked at so far, from its own statistics. */
function picturesDetected(client: Client): Promise<number> {
  const { path, requestSerialize, responseDeserialize } = inferenceService.modelStatistics;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      { name: 'detection', version: '' },
      { deadline: Date.now() + 5000 },
      (error, answer) => {
        if (error !== null) reject(error);
        else resolve(Number(answer?.modelStats[0]?.inferenceCount ?? Number.NaN));
      },
    );
  });
}

describe('callers who hang up', () => {
  let folder: string;
  let modelServer: ModelServer;
  let api: Api;
  let client: Client;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'face-hang-up-'));
    const socket = join(folder, 's.sock');
    modelServer = await startModelServer({
      FACE_V3_MODEL_SERVER_SOCKET: socket,
      FACE_V3_MODEL_SERVER_THREADS: '1',
    });
    api = await startApi({ FACE_V3_TRITON_URL: `unix:${socket}` });
    client = new Client(`unix:${socket}`, credentials.createInsecure());
  });

  afterAll(async () => {
    client.close();
    await api.stop();
    await modelServer.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('leave no work behind: it is cancelled in the model server too', async () => {
    const url = `${api.ready.url}/api/v1/embeddings`;
    const photo = samplePhoto('sample1.jpg').toString('base64');
    const body = JSON.stringify({ images: Array.from({ length: 8 }, () => ({ data: photo })) });
    const headers = { 'content-type': 'application/json' };
    const callers = Array.from({ length: 12 }, () => new AbortController());
    const requests = callers.map(({ signal }) => fetch(url, { method: 'POST', body, headers, signal }));

    // The first answer tells that the others are on their way; then everybody loses patience.
    await Promise.any(requests);
    for (const caller of callers) caller.abort();
    await Promise.allSettled(requests.map(async (request) => (await request).arrayBuffer()));

    const next = await postJson<EmbeddingsAnswer>(url, { images: [{ data: photo }] });
    expect(next.status).toBe(200);
    expect(next.body.results[0]?.num_faces).toBe(3);
    // All of them would have been 97; what was running when they left runs to its end.
    expect(await picturesDetected(client)).toBeLessThan(80);
  });
});
