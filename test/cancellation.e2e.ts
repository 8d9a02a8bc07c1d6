import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddingsAnswer, postJson } from './support/client.js';
import { detectedPictures } from './support/detected-pictures.js';
import { samplePhoto } from './support/photos.js';
import { type Api, type ModelServer, startApi, startModelServer } from './support/product.js';
import { Scrape } from './support/scrape.js';

describe('callers who hang up', () => {
  let folder: string;
  let modelServer: ModelServer;
  let api: Api;
  let socket: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'face-hang-up-'));
    socket = join(folder, 's.sock');
    modelServer = await startModelServer({
      FACE_V3_MODEL_SERVER_SOCKET: socket,
      FACE_V3_MODEL_SERVER_THREADS: '1',
      FACE_V3_MODEL_SERVER_METRICS_PORT: '0',
    });
    api = await startApi({ FACE_V3_TRITON_URL: `unix:${socket}`, FACE_V3_METRICS_PORT: '0' });
  });

  afterAll(async () => {
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
    const pictures = await detectedPictures(`unix:${socket}`);
    expect(pictures).toBeLessThan(80);
    const hungUp = (await Scrape.of(api.ready.metricsUrl)).sum('face_api_http_requests_total', {
      status: '499',
    });
    const cancelled = (await Scrape.of(modelServer.ready.metricsUrl)).sum(
      'face_model_server_requests_total',
      {
        code: 'CANCELLED',
      },
    );
    console.log(
      `callers who hang up: ${hungUp} of 12 requests counted as 499, ${cancelled} calls cancelled in the model server, ` +
        `which looked at ${pictures} of 97 pictures`,
    );
    expect(hungUp).toBeGreaterThan(0);
    expect(cancelled).toBeGreaterThan(0);
  });
});
