import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ErrorAnswer } from './support/client.js';
import { samplePhoto } from './support/photos.js';
import { type Api, type ModelServer, startApi, startModelServer } from './support/product.js';
import { SteadyLoad } from './support/steady-load.js';

const callers = 8;
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

  it('lets the API answer what it has accepted, refuse the rest properly, and end with code 0 in time', async () => {
    const traffic = load();
    await traffic.further(3 * callers);
    const before = traffic.requests.length;
    const start = performance.now();
    const code = await api.stop();
    const seconds = (performance.now() - start) / 1000;
    const requests = await traffic.stop();
    const after = requests.slice(before);

    const answered = after.filter(({ status }) => status === 200);
    const refused = after.filter(({ status }) => status === 503);
    const unconnected = after.filter(({ status }) => status === undefined);
    console.log(
      `SIGTERM to the API with ${callers} callers: ${answered.length} answered, ${refused.length} refused with 503, ` +
        `no request cut; exit code ${code} after ${seconds.toFixed(2)} s of ${graceSeconds}`,
    );
    expect(code).toBe(0);
    expect(seconds).toBeLessThan(graceSeconds + 5);
    expect(requests.slice(0, before).every(({ status }) => status === 200)).toBe(true);
    // Each caller had one on its way.
    expect(answered.length).toBeGreaterThan(0);
    expect(after.length).toBe(answered.length + refused.length + unconnected.length);
    for (const { words } of refused) expect((JSON.parse(words) as ErrorAnswer).code).toBe('not_ready');
    // To a process that listens no more there is no connection; nobody lost an answer on one that there was.
    for (const { words } of unconnected) expect(words).toMatch(/ECONNREFUSED/);
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
