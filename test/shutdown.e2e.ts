import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ErrorAnswer } from './support/client.js';
import { samplePhoto } from './support/photos.js';
import { type Api, type ModelServer, startApi, startModelServer } from './support/product.js';
import { SteadyLoad } from './support/steady-load.js';

const callers = 8;
const delaySeconds = 2;
const graceSeconds = 10;

describe('SIGTERM under load', () => {
  let folder: string;
  let modelServer: ModelServer;
  let api: Api;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'face-sigterm-'));
    const socket = join(folder, 's.sock');
    modelServer = await startModelServer({
      FACE_V3_MODEL_SERVER_SOCKET: socket,
      FACE_V3_MODEL_SERVER_THREADS: '1',
    });
    api = await startApi({
      FACE_V3_TRITON_URL: `unix:${socket}`,
      FACE_V3_SHUTDOWN_DELAY_SECONDS: String(delaySeconds),
      FACE_V3_SHUTDOWN_GRACE_SECONDS: String(graceSeconds),
    });
  });

  afterEach(async () => {
    await api.stop();
    await modelServer.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const load = () => {
    const body = new Uint8Array(samplePhoto('sample1.jpg'));
    return new SteadyLoad(callers, () =>
      fetch(`${api.ready.url}/api/v1/embeddings`, {
        method: 'POST',
        headers: { 'content-type': 'image/jpeg' },
        body,
      }),
    );
  };

  it('lets the API answer all that callers send until readiness tells them, and end with code 0 in time', async () => {
    const traffic = load();
    await traffic.further(3 * callers);
    const before = traffic.requests.length;
    const start = performance.now();
    const ended = api.stop();
    const ready = async () => (await fetch(`${api.ready.url}/healthz/ready`)).status;
    await expect.poll(ready, { interval: 10 }).toBe(503);
    // As a load balancer does, which finishes what it has sent.
    const requests = await traffic.stop();
    const code = await ended;
    const seconds = (performance.now() - start) / 1000;
    console.log(
      `SIGTERM to the API with ${callers} callers: ${requests.length - before} answered after it, ` +
        `${traffic.failed.length} failed; exit code ${code} after ${seconds.toFixed(2)} s, ${delaySeconds} of them delay`,
    );
    expect(traffic.failed).toEqual([]);
    expect(requests.length).toBeGreaterThanOrEqual(before + callers - 1);
    expect(code).toBe(0);
    expect(seconds).toBeLessThan(delaySeconds + graceSeconds + 5);
    const refused = await fetch(`${api.ready.url}/healthz/live`).catch((error: unknown) => error);
    expect(refused).toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });

  it('to the model server lets it answer what it has begun; the API says not ready, and nothing else', async () => {
    const traffic = load();
    await traffic.further(3 * callers);
    const code = await modelServer.stop();
    await traffic.further(3 * callers);
    await traffic.stop();
    const statuses = new Set(traffic.requests.map(({ status }) => status));
    console.log(
      `SIGTERM to the model server with ${callers} callers: exit code ${code}, ${traffic.failed.length} times 503, ` +
        `the slowest after ${Math.max(...traffic.failed.map(({ milliseconds }) => milliseconds)).toFixed(0)} ms`,
    );
    expect(code).toBe(0);
    expect(statuses).toEqual(new Set([200, 503]));
    for (const { words } of traffic.failed) expect((JSON.parse(words) as ErrorAnswer).code).toBe('not_ready');
  });
});
