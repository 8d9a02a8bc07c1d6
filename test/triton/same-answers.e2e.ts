import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddingsAnswer, type FaceAnswer, cosine, postJson } from '../support/client.js';
import { samplePhoto } from '../support/photos.js';
import { type Api, type ModelServer, startApi, startModelServer } from '../support/product.js';
import { sharedFolder } from '../support/shared-data.js';
import { writeTritonRepository } from '../support/triton-repository.js';
import { TritonServer } from '../support/triton-server.js';

const shared = sharedFolder('data');

/** Groups, portraits and a picture without a face; every so many of a folder's. */
const folders = [
  ['detect/wider', 15],
  ['lfw', 200],
  ['london/images', 20],
  ['detect/noface', 9],
] as const;

async function photos(): Promise<Buffer[]> {
  const ours = [1, 2, 3, 4, 5, 6].map((number) => samplePhoto(`sample${number}.jpg`));
  if (shared === undefined) return ours;
  const theirs = await Promise.all(
    folders.map(async ([name, every]) => {
      const files = await readdir(join(shared, name), { recursive: true });
      const chosen = files.filter((file) => file.endsWith('.jpg')).sort();
      return Promise.all(
        chosen
          .filter((_file, index) => index % every === 0)
          .map((file) => readFile(join(shared, name, file))),
      );
    }),
  );
  return [...ours, ...theirs.flat()];
}

/** Largest difference of any number. */
function distance(a: readonly number[], b: readonly number[]): number {
  return a.length === b.length ? Math.max(0, ...a.map((value, at) => Math.abs(value - (b[at] ?? NaN)))) : NaN;
}

/** Production's form is the ensemble: there only the networks run otherwise. */
describe.each([
  ['one model', 'single', 'none'],
  ['an ensemble', 'ensemble', 'none'],
  ['one model that merges views', 'single', 'mean'],
  ['an ensemble that merges views', 'ensemble', 'concat'],
])('Triton with %s and our model server', (_name, form, flipMerge) => {
  let folder: string;
  let modelServer: ModelServer;
  let triton: TritonServer;
  let apis: Api[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'face-same-'));
    const socket = join(folder, 's.sock');
    const repository = join(folder, 'models');
    modelServer = await startModelServer({
      FACE_V3_MODEL_SERVER_SOCKET: socket,
      FACE_V3_FLIP_MERGE: flipMerge,
    });
    await writeTritonRepository('onnx-cpu', repository, ['--form', form, '--flip-merge', flipMerge]);
    triton = await TritonServer.start(repository);
    apis = await Promise.all(
      [`unix:${socket}`, triton.url].map((url) => startApi({ FACE_V3_TRITON_URL: url })),
    );
  });

  afterAll(async () => {
    await Promise.all(apis.map((api) => api.stop()));
    await modelServer.stop();
    expect(await triton.stop()).toBe(0);
    await rm(folder, { recursive: true, force: true });
  });

  const embed = async (api: Api | undefined, images: readonly Buffer[]) => {
    const body = { images: images.map((image) => ({ data: image.toString('base64') })) };
    const answer = await postJson<EmbeddingsAnswer>(`${api?.ready.url}/api/v1/embeddings`, body);
    expect(answer.status).toBe(200);
    return answer.body;
  };

  it('give the same faces and embeddings for the same photos', async () => {
    const all = await photos();
    let faces = 0;
    for (let first = 0; first < all.length; first += 8) {
      const batch = all.slice(first, first + 8);
      const [ours, theirs] = await Promise.all(apis.map((api) => embed(api, batch)));
      expect(theirs?.model).toEqual(ours?.model);
      for (const [index, { faces: expected }] of (ours?.results ?? []).entries()) {
        const found = theirs?.results[index]?.faces ?? [];
        expect(found).toHaveLength(expected.length);
        expected.forEach((face, at) => expectSame(found[at], face));
        faces += expected.length;
      }
    }
    expect(faces).toBeGreaterThan(21);
  });

  it('tell the same calibration', async () => {
    const query = Array.from({ length: flipMerge === 'concat' ? 1024 : 512 }, (_, index) => Math.sin(index));
    const body = { query_embedding: query, candidates: [{ id: 'a', embedding: query }] };
    const [ours, theirs] = await Promise.all(
      apis.map(async ({ ready }) => (await postJson<object>(`${ready.url}/api/v1/rerank`, body)).body),
    );
    expect(ours).toMatchObject({ calibration: { calibrated: true } });
    expect({ ...theirs, timings_ms: 0 }).toEqual({ ...ours, timings_ms: 0 });
  });
});

function expectSame(found: FaceAnswer | undefined, expected: FaceAnswer): void {
  expect(distance(found?.bbox ?? [], expected.bbox)).toBeLessThan(0.1);
  expect(distance(found?.landmarks.flat() ?? [], expected.landmarks.flat())).toBeLessThan(0.1);
  expect(found?.confidence).toBeCloseTo(expected.confidence, 4);
  const similarity = cosine(found?.embedding as number[], expected.embedding as number[]);
  expect(similarity).toBeGreaterThan(0.9999);
}
