import '../support/metadata.js';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TritonClient, TritonModule } from '@face/triton';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ErrorAnswer, postJson, request } from '../support/client.js';
import { samplePhoto } from '../support/photos.js';
import { runToEnd } from '../support/process.js';
import { type Api, cleanEnvironment, entries, startApi } from '../support/programs.js';
import { TritonServer } from '../support/triton-server.js';

const photo = { images: [{ data: samplePhoto('sample1.jpg').toString('base64') }] };

const raises = `
import numpy


class TritonPythonModel:
    def execute(self, requests):
        raise ValueError("secret of " + __file__)
`;

const doesNotLoad = `
class TritonPythonModel:
    def initialize(self, args):
        raise RuntimeError("secret of " + __file__)
`;

const tensors = {
  detection: `
    input [ { name: "input_0" data_type: TYPE_UINT8 dims: [-1, -1, 3] }, { name: "input_1" data_type: TYPE_FP32 dims: [2] }, { name: "input_2" data_type: TYPE_FP32 dims: [2] } ]
    output [ { name: "output_0" data_type: TYPE_FP32 dims: [5] }, { name: "output_1" data_type: TYPE_FP32 dims: [10] }, { name: "output_2" data_type: TYPE_INT32 dims: [1] } ]`,
  extraction: `
    input [ { name: "input_0" data_type: TYPE_UINT8 dims: [112, 112, 3] } ]
    output [ { name: "output_0" data_type: TYPE_FP32 dims: [512] } ]`,
};

let folder: string;
let triton: TritonServer;

async function writeModel(
  name: string,
  like: keyof typeof tensors,
  program: string,
  mostBatch = 8,
): Promise<void> {
  await mkdir(join(folder, name, '1'), { recursive: true });
  await writeFile(join(folder, name, '1', 'model.py'), program);
  await writeFile(
    join(folder, name, 'config.pbtxt'),
    `backend: "python" max_batch_size: ${mostBatch} instance_group [ { kind: KIND_CPU count: 1 } ] ${tensors[like]}`,
  );
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'face-words-'));
  await writeModel('detection', 'detection', raises);
  await writeModel('extraction', 'extraction', raises);
  await writeModel('unbatched', 'extraction', raises, 0);
  await writeModel('broken', 'extraction', doesNotLoad);
  triton = await TritonServer.start(folder, ['--exit-on-error=false']);
});

afterAll(async () => {
  await triton.stop();
  await rm(folder, { recursive: true, force: true });
});

async function withApi(settings: NodeJS.ProcessEnv, use: (api: Api) => Promise<void>): Promise<void> {
  const api = await startApi({
    FACE_V3_TRITON_URL: triton.url,
    FACE_V3_TRITON_HEALTHCHECK: 'false',
    ...settings,
  });
  try {
    await use(api);
  } finally {
    await api.stop();
  }
}

/** What the API says of a photo, and then of itself. */
async function answers(api: Api) {
  const embedding = await postJson<ErrorAnswer>(`${api.ready.url}/api/v1/embeddings`, photo);
  const ready = await request(`${api.ready.url}/healthz/ready`);
  const state = await request<{ readonly reasons: readonly string[] }>(`${api.ready.url}/healthz`);
  const told = JSON.stringify([embedding.body, ready.body, state.body]);
  expect(told).not.toMatch(/secret|ValueError|Traceback|model\.py|execute/);
  expect(told).not.toContain(folder);
  return { embedding, ready, state };
}

describe('the words of a real Triton', () => {
  it('stay in the log when they are a stack trace', async () => {
    await withApi({}, async (api) => {
      const { embedding, ready, state } = await answers(api);
      expect([embedding.status, embedding.body.code]).toEqual([502, 'triton_failed']);
      expect(embedding.body.detail).toBe("There was an internal error in the model 'detection'.");
      expect(ready.status).toBe(503);
      expect(state.body.reasons).toContain(embedding.body.detail);
      // They are there for who runs the server.
      await expect.poll(() => api.printed).toContain('ValueError');
    });
  });

  it('tell a model that is not loaded, which may change, from one that nobody knows', async () => {
    await withApi({ FACE_V3_EXTRACTION_MODEL_NAME: 'broken' }, async (api) => {
      const { embedding, ready, state } = await answers(api);
      expect([embedding.status, embedding.body.code]).toEqual([503, 'not_ready']);
      expect(embedding.headers.get('retry-after')).toBe('1');
      expect(ready.status).toBe(503);
      expect(state.body.reasons[0]).toContain("has not loaded the model 'broken'");
    });
    await withApi({ FACE_V3_EXTRACTION_MODEL_NAME: 'unknown' }, async (api) => {
      const { embedding, ready, state } = await answers(api);
      expect([embedding.status, embedding.body.code]).toEqual([502, 'triton_misconfigured']);
      expect(embedding.headers.has('retry-after')).toBe(false);
      expect(ready.status).toBe(503);
      expect(state.body.reasons[0]).toContain(
        "does not know the model 'unknown': check the name in the settings",
      );
    });
  });

  it('stop a start at once that waits for a model that nobody knows', async () => {
    const start = performance.now();
    const { code, printed } = await runToEnd(
      entries.api,
      cleanEnvironment({ FACE_V3_TRITON_URL: triton.url, FACE_V3_EXTRACTION_MODEL_NAME: 'unknown' }),
    );
    expect(code).not.toBe(0);
    expect(printed).toContain("does not know the model 'unknown': check the name in the settings");
    expect(printed).not.toContain(folder);
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  it('are replaced where Node loses them, because they end with a blank', async () => {
    const options = {
      url: triton.url,
      detectionModel: 'detection',
      extractionModel: 'unbatched',
      maxBatchSize: 8,
      detectionInput: { width: 640, height: 640 },
    };
    const module = await Test.createTestingModule({ imports: [TritonModule.forRoot(options)] }).compile();
    const app = await module.init();
    const input = { name: 'input_0', datatype: 'UINT8', shape: [4, 1, 3], data: new Uint8Array(12) } as const;
    const context = { signal: new AbortController().signal, deadline: Date.now() + 20_000 };
    await expect(app.get(TritonClient).infer('unbatched', [input], {}, context)).rejects.toMatchObject({
      message: expect.stringContaining("refused by the model 'unbatched'") as string,
      cause: { message: 'INVALID_ARGUMENT: the model server gave no reason, or it was lost on the way' },
    });
    await app.close();
  });
});
