import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inferenceService } from '@face/kserve';
import { Client, type ServiceError, credentials, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TcpRelay } from '../../libs/triton/test/tcp-relay.js';
import { type ErrorAnswer, postJson, request } from '../support/client.js';
import { samplePhoto } from '../support/photos.js';
import { startApi } from '../support/programs.js';
import { writeTritonRepository } from '../support/triton-repository.js';
import { TritonServer } from '../support/triton-server.js';

const profile = fileURLToPath(new URL('../../triton/profiles/onnx-cpu.json', import.meta.url));
const photo = { images: [{ data: samplePhoto('sample1.jpg').toString('base64') }] };

interface Health {
  readonly status: string;
  readonly triton_ready: boolean;
  readonly reasons: readonly string[];
}

let folder: string;
let triton: TritonServer | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'face-triton-'));
});

afterEach(async () => {
  await triton?.stop();
  triton = undefined;
  await rm(folder, { recursive: true, force: true });
});

/** @param change of the profile */
async function startTriton(change: object = {}): Promise<TritonServer> {
  const changed = { ...(JSON.parse(readFileSync(profile, 'utf8')) as object), ...change };
  const path = join(folder, 'profile.json');
  await writeFile(path, JSON.stringify(changed));
  await writeTritonRepository(path, join(folder, 'models'));
  // A server waits that long for a process that was killed.
  triton = await TritonServer.start(join(folder, 'models'), ['--exit-timeout-secs=3']);
  return triton;
}

describe('a Triton whose Python process is killed', () => {
  it('is told by the health of the API, although Triton calls itself ready, until it is started anew', async () => {
    const server = await startTriton({ instances: { steps: 1, detector: 1, embedder: 1 } });
    const relay = await TcpRelay.start(server.address);
    const api = await startApi({ FACE_V3_TRITON_URL: relay.address });
    try {
      const embed = () => postJson<ErrorAnswer>(`${api.ready.url}/api/v1/embeddings`, photo);
      expect((await embed()).status).toBe(200);
      for (const pid of server.stubs('detection')) process.kill(pid, 'SIGKILL');

      const answer = await embed();
      expect([answer.status, answer.body.code]).toEqual([502, 'triton_failed']);
      expect(answer.body.detail).toBe(
        "A process of the model 'detection' has died, and the model server has to be restarted.",
      );
      const state = async () => (await request<Health>(`${api.ready.url}/healthz`)).body;
      const probe = () => request(`${api.ready.url}/healthz/ready`);
      expect(await state()).toMatchObject({
        status: 'degraded',
        triton_ready: false,
        reasons: [answer.body.detail],
      });
      const unready = await probe();
      expect(unready.status).toBe(503);
      expect(JSON.stringify(unready.body)).toContain("model 'detection' has died");
      // Nothing of the server's folders leaves it.
      expect(JSON.stringify([answer.body, unready.body])).not.toMatch(/model\.py|\/tmp\/|Stub/);

      await server.stop();
      triton = await TritonServer.start(join(folder, 'models'));
      relay.redirect(triton.address);
      // The client reconnects by itself, and the model is tried as soon as it has.
      await expect.poll(async () => (await probe()).status, { timeout: 20_000 }).toBe(200);
      expect(await state()).toMatchObject({ status: 'ok', triton_ready: true, reasons: [] });
      expect((await embed()).status).toBe(200);
    } finally {
      await api.stop();
      relay.stop();
    }
  });

  it.each([
    ['detect_net', 'detection'],
    ['extract_net', 'extraction'],
  ])('is told when it ran a step of an ensemble, %s', async (step, model) => {
    const server = await startTriton({
      form: 'ensemble',
      instances: { steps: 1, detector: 1, embedder: 1 },
    });
    const api = await startApi({ FACE_V3_TRITON_URL: server.url, FACE_V3_TRITON_SHARED_MEMORY: 'on' });
    try {
      const embed = () => postJson<ErrorAnswer>(`${api.ready.url}/api/v1/embeddings`, photo);
      // The second one goes through shared memory.
      expect([(await embed()).status, (await embed()).status]).toEqual([200, 200]);
      const stubs = server.stubs(step);
      expect(stubs).toHaveLength(1);
      for (const pid of stubs) process.kill(pid, 'SIGKILL');
      const { body } = await embed();
      expect(body.detail).toContain(`A process of the model '${model}' has died`);
      const health = await request<Health>(`${api.ready.url}/healthz`);
      expect(health.body).toMatchObject({ triton_ready: false, reasons: [body.detail] });
    } finally {
      await api.stop();
    }
  });

  it('works on where only one of several was, and health says so', async () => {
    const server = await startTriton({
      form: 'ensemble',
      instances: { steps: 2, detector: 1, embedder: 1 },
    });
    const api = await startApi({ FACE_V3_TRITON_URL: server.url });
    try {
      const embed = () => postJson<ErrorAnswer>(`${api.ready.url}/api/v1/embeddings`, photo);
      expect((await embed()).status).toBe(200);
      const [one = 0] = server.stubs('detect_post');
      process.kill(one, 'SIGKILL');
      // Triton gives the requests to both processes, in no fixed order.
      const state = async () => {
        await embed();
        return (await request<Health>(`${api.ready.url}/healthz`)).body;
      };
      await expect.poll(state, { timeout: 60_000 }).toMatchObject({
        status: 'degraded',
        triton_ready: true,
        reasons: [expect.stringContaining("Some of the processes of the model 'detection'")],
      });
      expect((await request(`${api.ready.url}/healthz/ready`)).status).toBe(200);
    } finally {
      await api.stop();
    }
  });
});

describe('a Triton with a short queue', () => {
  it('answers what it has no room for as overload, and the rest', async () => {
    const server = await startTriton({
      queue: { requests: 1, seconds: 10 },
      instances: { steps: 1, detector: 1, embedder: 1 },
    });
    const api = await startApi({ FACE_V3_TRITON_URL: server.url });
    try {
      const url = `${api.ready.url}/api/v1/embeddings`;
      const answers = await Promise.all(Array.from({ length: 24 }, () => postJson<ErrorAnswer>(url, photo)));
      const statuses = answers.map((answer) => answer.status);
      expect(statuses).toContain(200);
      expect(new Set(statuses)).toEqual(new Set([200, 429]));
      const refused = answers.find((answer) => answer.status === 429);
      expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    } finally {
      await api.stop();
    }
  });
});

describe.each(['single', 'ensemble'])('a request that no picture can have led to, in the form %s', (form) => {
  it('is refused alone, and says why', async () => {
    const server = await startTriton({ form });
    const client = new Client(server.address, credentials.createInsecure());
    const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
    const detect = (scale: number) =>
      new Promise<ServiceError | null>((resolve) => {
        const { path, requestSerialize, responseDeserialize } = inferenceService.modelInfer;
        const input = (name: string, datatype: string, shape: number[]) => ({
          name,
          datatype,
          shape: shape.map(BigInt),
          parameters: {},
          contents: undefined,
        });
        const message = {
          modelName: 'detection',
          modelVersion: '',
          id: '',
          parameters: {},
          inputs: [
            input('input_0', 'UINT8', [1, 64, 64, 3]),
            input('input_1', 'FP32', [1, 2]),
            input('input_2', 'FP32', [1, 2]),
          ],
          outputs: [],
          rawInputContents: [new Uint8Array(64 * 64 * 3), floats(scale, scale), floats(32, 32)],
        };
        const deadline = { deadline: Date.now() + 20_000 };
        client.makeUnaryRequest(path, requestSerialize, responseDeserialize, message, deadline, (error) =>
          resolve(error),
        );
      });
    const [fine, wrong, alsoFine] = await Promise.all([detect(1), detect(2), detect(0.5)]);
    client.close();
    expect([fine, alsoFine]).toEqual([null, null]);
    expect(wrong?.code).toBe(status.INVALID_ARGUMENT);
    expect(wrong?.details).toContain('scale 2 and an original width of 64 do not fit an input width of 64');
  });
});
