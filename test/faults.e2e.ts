import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type EmbeddingsAnswer,
  type ErrorAnswer,
  type RerankAnswer,
  postJson,
  request,
} from './support/client.js';
import { samplePhoto } from './support/photos.js';
import {
  type Api,
  type ModelServer,
  cleanEnvironment,
  entries,
  startApi,
  startModelServer,
} from './support/product.js';
import { runToEnd } from './support/process.js';

interface Health {
  readonly status: string;
  readonly environment: string;
  readonly triton_ready: boolean;
  readonly rerank_ready: boolean;
}

describe('a model server that goes away', () => {
  let folder: string;
  let api: Api;
  let modelServer: ModelServer;
  const photo = { images: [{ data: samplePhoto('sample1.jpg').toString('base64') }] };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'face-faults-'));
    await startServer();
    api = await startApi({
      FACE_V3_TRITON_URL: `unix:${join(folder, 'server.sock')}`,
      FACE_V3_REQUEST_TIMEOUT_SECONDS: '2',
    });
  });

  afterAll(async () => {
    await api.stop();
    await modelServer.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function startServer(): Promise<void> {
    modelServer = await startModelServer({ FACE_V3_MODEL_SERVER_SOCKET: join(folder, 'server.sock') });
  }

  const embed = () => postJson<ErrorAnswer & EmbeddingsAnswer>(`${api.ready.url}/api/v1/embeddings`, photo);
  const health = async () => (await request<Health>(`${api.ready.url}/healthz`)).body;
  const ready = async () => (await request(`${api.ready.url}/healthz/ready`)).status;

  it('is answered with 504 within the deadline while it is frozen', async () => {
    process.kill(modelServer.pid, 'SIGSTOP');
    try {
      const start = performance.now();
      const { status, body } = await embed();
      expect([502, 503, 504]).toContain(status);
      expect(body.detail).toMatch(/\w+ \w+/);
      const milliseconds = performance.now() - start;
      console.log(`frozen, deadline 2 s: ${status} ${body.code} after ${milliseconds.toFixed(0)} ms`);
      expect(milliseconds).toBeLessThan(4000);
    } finally {
      process.kill(modelServer.pid, 'SIGCONT');
    }
  });

  it('keeps nobody from scores while it is frozen', async () => {
    const found = (await embed()).body.results[0]?.faces[0]?.embedding;
    const body = { query_embedding: found, candidates: [{ id: 'a', embedding: found }] };
    process.kill(modelServer.pid, 'SIGSTOP');
    try {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => postJson<RerankAnswer>(`${api.ready.url}/api/v1/rerank`, body)),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
      expect(answers[0]?.body.scores[0]?.score).toBe(1);
    } finally {
      process.kill(modelServer.pid, 'SIGCONT');
    }
  });

  it('is told by health, and answered with 503, while it is dead', async () => {
    await modelServer.stop('SIGKILL');
    const { status, body, headers } = await embed();
    expect([status, body.code]).toEqual([503, 'not_ready']);
    const start = performance.now();
    for (let asked = 0; asked < 50; asked++) expect((await embed()).status).toBe(503);
    // Without an attempt each: at first 300 ms of them, with the whole picture decoded.
    console.log(`killed: 503 after ${((performance.now() - start) / 50).toFixed(0)} ms, mean of 50`);
    expect(headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await health()).toMatchObject({ status: 'degraded', triton_ready: false, rerank_ready: true });
    expect(await ready()).toBe(503);
    expect((await request(`${api.ready.url}/healthz/live`)).status).toBe(200);
  });

  it('is used again as soon as it is back, stale socket and all', async () => {
    await startServer();
    const start = performance.now();
    const deadline = start + 5000;
    let answer = await embed();
    // The client reconnects by itself; polling ends with the first success.
    while (answer.status !== 200 && performance.now() < deadline) answer = await embed();
    expect(answer.status).toBe(200);
    console.log(`restarted: 200 again after ${(performance.now() - start).toFixed(0)} ms`);
    expect(await health()).toEqual(
      expect.objectContaining({ status: 'ok', environment: 'local', triton_ready: true, rerank_ready: true }),
    );
    expect(await ready()).toBe(200);
  });
});

describe('a start that cannot work', () => {
  it.each([
    ['FACE_V3_MAX_BATCH_SIZE', 'many'],
    ['FACE_V3_ENV', 'prod'],
    ['FACE_V3_RERANK_THRESHOLD', '1.5'],
    ['FACE_V3_RETURN_ALIGNED', 'maybe'],
    ['FACE_V3_PORT', '70000'],
  ])('names %s=%s', async (name, value) => {
    const { code, printed } = await runToEnd(
      entries.api,
      cleanEnvironment({ FACE_V3_TRITON_URL: '127.0.0.1:1', [name]: value }),
    );
    expect(code).not.toBe(0);
    expect(printed).toContain(name);
    expect(printed).toContain(value);
    expect(printed).not.toMatch(/\n\s+at /);
  });

  it('says which dimension the model has when another one is set', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'face-dimension-'));
    const socket = join(folder, 's.sock');
    const modelServer = await startModelServer({ FACE_V3_MODEL_SERVER_SOCKET: socket });
    const { code, printed } = await runToEnd(
      entries.api,
      cleanEnvironment({
        FACE_V3_TRITON_URL: `unix:${socket}`,
        FACE_V3_EMBEDDING_DIMENSION: '256',
        FACE_V3_PORT: '0',
      }),
    );
    await modelServer.stop();
    await rm(folder, { recursive: true, force: true });
    expect(code).not.toBe(0);
    expect(printed).toContain('FACE_V3_EMBEDDING_DIMENSION');
    expect(printed).toContain('512');
  });

  it('says that a port is taken', async () => {
    const { createServer } = await import('node:net');
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const address = blocker.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    const { code, printed } = await runToEnd(
      entries.api,
      cleanEnvironment({
        FACE_V3_TRITON_URL: '127.0.0.1:1',
        FACE_V3_TRITON_HEALTHCHECK: 'false',
        FACE_V3_PORT: port,
      }),
    );
    blocker.close();
    expect(code).not.toBe(0);
    expect(printed).toContain(port);
    expect(printed).toMatch(/in use|taken/);
  });
});

describe('several worker processes', () => {
  it('share the port, replace a dead one and stop together', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'face-workers-'));
    const socket = join(folder, 's.sock');
    const modelServer = await startModelServer({ FACE_V3_MODEL_SERVER_SOCKET: socket });
    const api = await startApi({ FACE_V3_TRITON_URL: `unix:${socket}`, UVICORN_WORKERS: '2' });
    try {
      const workers = await childrenOf(api.pid);
      expect(workers).toHaveLength(2);
      process.kill(workers[0] ?? 0, 'SIGKILL');
      const deadline = performance.now() + 10_000;
      let alive = await childrenOf(api.pid);
      while ((alive.length < 2 || alive.includes(workers[0] ?? 0)) && performance.now() < deadline) {
        alive = await childrenOf(api.pid);
      }
      expect(alive).toHaveLength(2);
      expect((await request<Health>(`${api.ready.url}/healthz`)).body.status).toBe('ok');
    } finally {
      expect(await api.stop()).toBe(0);
      expect(await modelServer.stop()).toBe(0);
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** Ids of the living child processes, from /proc. */
async function childrenOf(pid: number): Promise<number[]> {
  const { readdir, readFile } = await import('node:fs/promises');
  const found: number[] = [];
  for (const name of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const status = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const [state, parent] = status.slice(status.lastIndexOf(')') + 2).split(' ');
    if (Number(parent) === pid && state !== 'Z') found.push(Number(name));
  }
  return found;
}
