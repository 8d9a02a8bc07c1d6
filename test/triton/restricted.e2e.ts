import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddingsAnswer, type ErrorAnswer, postJson, request } from '../support/client.js';
import { samplePhoto } from '../support/photos.js';
import { startApi } from '../support/programs.js';
import { writeTritonRepository } from '../support/triton-repository.js';
import { TritonServer } from '../support/triton-server.js';

const photo = { images: [{ data: samplePhoto('sample1.jpg').toString('base64') }] };
const protocols = 'health,metadata,inference,shared-memory,model-config,model-repository,statistics';
const secret = 'open-sesame-4711';

let folder: string;
let triton: TritonServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'face-restricted-'));
  await writeTritonRepository('onnx-cpu', join(folder, 'models'), ['--instances', '1']);
  triton = await TritonServer.start(join(folder, 'models'), [
    `--grpc-restricted-protocol=${protocols}:face-key=${secret}`,
  ]);
});

afterAll(async () => {
  await triton.stop();
  await rm(folder, { recursive: true, force: true });
});

async function answers(settings: NodeJS.ProcessEnv) {
  const api = await startApi({
    FACE_V3_TRITON_URL: triton.url,
    FACE_V3_TRITON_HEALTHCHECK: 'false',
    FACE_V3_LOG_LEVEL: 'TRACE',
    ...settings,
  });
  try {
    const embeddings = () =>
      postJson<EmbeddingsAnswer & ErrorAnswer>(`${api.ready.url}/api/v1/embeddings`, photo);
    // The second one finds a region in shared memory.
    await embeddings();
    const answer = await embeddings();
    const ready = await request(`${api.ready.url}/healthz/ready`);
    const state = await request<{ readonly reasons: string[] }>(`${api.ready.url}/healthz`);
    expect(JSON.stringify([answer.body, ready.body, state.body])).not.toContain(secret);
    expect(api.printed).not.toContain(secret);
    return { answer, ready, state: state.body, printed: api.printed };
  } finally {
    await api.stop();
  }
}

describe('a Triton that restricts its protocols', () => {
  it.each([
    ['without its header', {}],
    ['with a wrong value', { FACE_V3_TRITON_METADATA: 'triton-grpc-protocol-face-key=wrong' }],
  ])('is a matter of configuration %s', async (_, settings) => {
    const { answer, ready, state } = await answers(settings);
    expect([answer.status, answer.body.code]).toEqual([502, 'triton_misconfigured']);
    expect(answer.body.detail).toContain('FACE_V3_TRITON_METADATA');
    expect(ready.status).toBe(503);
    expect(state.reasons).toContain(answer.body.detail);
  });

  it('answers when the settings have its header, in every kind of call', async () => {
    const { answer, ready, state, printed } = await answers({
      FACE_V3_TRITON_METADATA: `triton-grpc-protocol-face-key=${secret}`,
    });
    expect([answer.status, ready.status, state.reasons]).toEqual([200, 200, []]);
    expect(answer.body.results[0]?.num_faces).toBe(3);
    expect(printed).not.toContain('Shared memory is missing');
  });

  it('answers when a file has it', async () => {
    const path = join(folder, 'metadata');
    await writeFile(path, `# of Triton\ntriton-grpc-protocol-face-key=${secret}\n`);
    const { answer } = await answers({ FACE_V3_TRITON_METADATA_FILE: path });
    expect(answer.status).toBe(200);
  });
});
