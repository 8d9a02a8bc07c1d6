import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inferenceService } from '@face/kserve';
import { Client, credentials } from '@grpc/grpc-js';
import { type EmbeddingsAnswer, postJson } from '../support/client.js';
import { samplePhoto } from '../support/photos.js';
import { startApi } from '../support/programs.js';
import { writeTritonRepository } from '../support/triton-repository.js';
import { TritonServer } from '../support/triton-server.js';

let folder: string;
let triton: TritonServer;
let client: Client;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'face-shm-'));
  await writeTritonRepository('onnx-cpu', folder, ['--instances', '1']);
  triton = await TritonServer.start(folder);
  client = new Client(triton.address, credentials.createInsecure());
});

afterAll(async () => {
  client.close();
  await triton.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Files of the regions that the server has registered. */
async function regions(): Promise<string[]> {
  const { path, requestSerialize, responseDeserialize } = inferenceService.systemSharedMemoryStatus;
  const answer = await new Promise<{ readonly regions: Record<string, { readonly key: string }> }>(
    (resolve, reject) => {
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        { name: '' },
        { deadline: Date.now() + 10_000 },
        (error, value) => {
          if (error !== null) reject(error);
          else if (value === undefined) reject(new Error('no answer'));
          else resolve(value);
        },
      );
    },
  );
  return Object.values(answer.regions).map(({ key }) => join('/dev/shm', key));
}

it('gets pictures from the API through memory that both have open', async () => {
  const images = [{ data: samplePhoto('sample1.jpg').toString('base64') }];
  const faces = async (mode: string) => {
    const api = await startApi({ FACE_V3_TRITON_URL: triton.url, FACE_V3_TRITON_SHARED_MEMORY: mode });
    try {
      const url = `${api.ready.url}/api/v1/embeddings`;
      const { status, body } = await postJson<EmbeddingsAnswer>(url, { images });
      expect(status).toBe(200);
      return { faces: body.results[0]?.faces, files: await regions() };
    } finally {
      await api.stop();
    }
  };
  const without = await faces('off');
  expect(without.files).toEqual([]);
  expect(without.faces).toHaveLength(3);

  const through = await faces('auto');
  expect(through.faces).toEqual(without.faces);
  expect(through.files.length).toBeGreaterThan(0);
  // The API unregisters its regions and removes their files when it ends.
  expect(await regions()).toEqual([]);
  for (const file of through.files) expect(statSync(file, { throwIfNoEntry: false })).toBeUndefined();
});
