import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddingsAnswer, request } from './support/client.js';
import { samplePhoto } from './support/photos.js';
import { type Api, type ModelServer, startApi, startModelServer } from './support/product.js';

interface Probe {
  readonly status: string;
  readonly details: Readonly<Record<string, { readonly status: string; readonly reason?: string }>>;
}

/** As a cluster runs it: it starts without Triton, and is asked by two probes. */
describe('an API that is started before its model server', () => {
  let folder: string;
  let api: Api;
  let modelServer: ModelServer | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'face-readiness-'));
    api = await startApi({
      FACE_V3_TRITON_URL: `unix:${join(folder, 's.sock')}`,
      FACE_V3_TRITON_HEALTHCHECK: 'false',
      FACE_V3_SHUTDOWN_DELAY_SECONDS: '3',
    });
  });

  afterAll(async () => {
    await api.stop('SIGKILL');
    await modelServer?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const probe = (kind: 'live' | 'ready') => request<Probe>(`${api.ready.url}/healthz/${kind}`);
  const startServer = () => startModelServer({ FACE_V3_MODEL_SERVER_SOCKET: join(folder, 's.sock') });
  const untilReady = () =>
    expect.poll(async () => (await probe('ready')).status, { timeout: 10_000 }).toBe(200);

  it('is alive and not ready, and says why', async () => {
    expect((await probe('live')).status).toBe(200);
    const { status, body } = await probe('ready');
    expect(status).toBe(503);
    expect(body.details['triton']).toMatchObject({
      status: 'down',
      reason: expect.stringContaining('cannot be reached') as string,
    });
  });

  it('is ready as soon as the models are', async () => {
    modelServer = await startServer();
    await untilReady();
  });

  it('is not ready, in time for a probe, while the model server hangs; and alive at once', async () => {
    const pid = modelServer?.pid ?? 0;
    process.kill(pid, 'SIGSTOP');
    try {
      const start = performance.now();
      const ready = probe('ready');
      expect((await probe('live')).status).toBe(200);
      expect(performance.now() - start).toBeLessThan(1000);
      expect((await ready).status).toBe(503);
      expect(performance.now() - start).toBeLessThan(4000);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await untilReady();
  });

  it('is alive and not ready without it, and ready again with it', async () => {
    await modelServer?.stop();
    expect([(await probe('ready')).status, (await probe('live')).status]).toEqual([503, 200]);
    modelServer = await startServer();
    await untilReady();
  });

  it('is not ready while it ends, and works to the end', async () => {
    const ended = api.stop();
    await expect.poll(async () => (await probe('ready')).status).toBe(503);
    const { body } = await probe('ready');
    expect(body.details['process']?.status).toBe('down');
    expect(body.details['triton']?.status).toBe('up');
    expect((await probe('live')).status).toBe(200);
    const answer = await request<EmbeddingsAnswer>(`${api.ready.url}/api/v1/embeddings`, {
      method: 'POST',
      headers: { 'content-type': 'image/jpeg' },
      body: new Uint8Array(samplePhoto('sample1.jpg')),
    });
    expect([answer.status, answer.body.results[0]?.num_faces]).toEqual([200, 3]);
    expect(answer.headers.get('connection')).toBe('close');
    expect(await ended).toBe(0);
  });
});
