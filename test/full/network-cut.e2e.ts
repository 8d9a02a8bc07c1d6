import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TcpRelay } from '../../libs/triton/test/tcp-relay.js';
import { type EmbeddingsAnswer, type ErrorAnswer, postJson } from '../support/client.js';
import { samplePhoto } from '../support/photos.js';
import { type Api, type ModelServer, startApi, startModelServer } from '../support/product.js';

/** Longer than the 13 s after which gRPC's keepalive gives up a silent connection. */
const deadlineSeconds = 20;

describe('packets that are dropped between API and model server', () => {
  let modelServer: ModelServer;
  let relay: TcpRelay;
  let api: Api;

  beforeAll(async () => {
    modelServer = await startModelServer({ FACE_V3_MODEL_SERVER_THREADS: '1' });
    relay = await TcpRelay.start(modelServer.ready.addresses[0] ?? '');
    api = await startApi({
      FACE_V3_TRITON_URL: relay.address,
      FACE_V3_REQUEST_TIMEOUT_SECONDS: String(deadlineSeconds),
    });
  });

  afterAll(async () => {
    await api.stop();
    relay.stop();
    await modelServer.stop();
  });

  const photo = { images: [{ data: samplePhoto('sample1.jpg').toString('base64') }] };
  const embed = async () => {
    const start = performance.now();
    const answer = await postJson<EmbeddingsAnswer & ErrorAnswer>(
      `${api.ready.url}/api/v1/embeddings`,
      photo,
    );
    return { ...answer, milliseconds: performance.now() - start };
  };

  it('cost those in flight their time, others nothing, and are over when the network is back', async () => {
    expect((await embed()).status).toBe(200);
    relay.swallow();
    const first = await embed();
    expect([503, 504]).toContain(first.status);
    expect(first.milliseconds).toBeLessThan((deadlineSeconds + 5) * 1000);

    // Nobody has to wait for a deadline to hear of it.
    await expect
      .poll(async () => (await embed()).milliseconds, { timeout: 60_000 })
      .toBeLessThan((deadlineSeconds / 4) * 1000);
    const next = await embed();
    expect([next.status, next.body.code]).toEqual([503, 'not_ready']);
    expect(next.headers.get('retry-after')).toMatch(/^\d+$/);
    await sleep(2_000);
    expect(relay.open).toBeLessThanOrEqual(4);

    relay.restore();
    const start = performance.now();
    await expect.poll(async () => (await embed()).status, { timeout: 20_000, interval: 20 }).toBe(200);
    console.log(
      `network cut: the request in flight got ${first.status} after ${(first.milliseconds / 1000).toFixed(1)} s, ` +
        `later ones 503 after ${next.milliseconds.toFixed(0)} ms; first answer ` +
        `${(performance.now() - start).toFixed(0)} ms after the network was back`,
    );
  });

  it('are like a model server that is frozen, which is used again as soon as it runs', async () => {
    expect((await embed()).status).toBe(200);
    process.kill(modelServer.pid, 'SIGSTOP');
    let first: Awaited<ReturnType<typeof embed>>;
    let next: typeof first;
    try {
      first = await embed();
      next = await embed();
    } finally {
      process.kill(modelServer.pid, 'SIGCONT');
    }
    const start = performance.now();
    expect([503, 504]).toContain(first.status);
    expect([next.status, next.body.code]).toEqual([503, 'not_ready']);
    expect(next.milliseconds).toBeLessThan((deadlineSeconds / 4) * 1000);
    await expect.poll(async () => (await embed()).status, { timeout: 20_000, interval: 20 }).toBe(200);
    console.log(
      `frozen: the request in flight got ${first.status} after ${(first.milliseconds / 1000).toFixed(1)} s, ` +
        `the next one 503 after ${next.milliseconds.toFixed(0)} ms; first answer ` +
        `${(performance.now() - start).toFixed(0)} ms after it ran again`,
    );
  });
});
