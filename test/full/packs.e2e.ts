import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddingsAnswer, cosine, postJson, request } from '../support/client.js';
import { overlap } from '../support/overlap.js';
import { samplePhoto } from '../support/photos.js';
import { runToEnd } from '../support/process.js';
import { Product, cleanEnvironment, entries } from '../support/product.js';
import { sharedFolder } from '../support/shared-data.js';

interface Pack {
  name: string;
  detector: Record<string, unknown>;
  landmarks?: unknown;
  embedder: Record<string, unknown>;
  [field: string]: unknown;
}

interface ModelAnswer {
  readonly dimension: number;
  readonly calibration: { readonly alpha: number; readonly tau: number; readonly calibrated: boolean };
}

const shipped = async (name: string) =>
  JSON.parse(
    await readFile(new URL(`../../apps/model-server/packs/${name}.json`, import.meta.url), 'utf8'),
  ) as Pack;

const models = sharedFolder('models');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'face-packs-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function written(pack: Pack): Promise<string> {
  const path = join(folder, `${pack.name}.json`);
  await writeFile(path, JSON.stringify(pack));
  return path;
}

/** Embeds sample1.jpg, three people, with another pack. */
async function withPack<Result>(pack: string, use: (product: Product) => Promise<Result>): Promise<Result> {
  const product = await Product.start({ modelServer: { FACE_V3_MODEL_PACK: pack } });
  try {
    return await use(product);
  } finally {
    await product.stop();
  }
}

async function embed(product: Product): Promise<EmbeddingsAnswer> {
  const images = [{ data: samplePhoto('sample1.jpg').toString('base64') }];
  const { status, body } = await postJson<EmbeddingsAnswer>(`${product.url}/api/v1/embeddings`, { images });
  expect(status).toBe(200);
  return body;
}

const vectorsOf = (answer: EmbeddingsAnswer) =>
  answer.results[0]?.faces.map((face) => face.embedding as number[]) ?? [];

describe('SFace', () => {
  it('embeds with 128 numbers, and says that nobody calibrated it', async () => {
    await withPack('sface', async (product) => {
      const vectors = vectorsOf(await embed(product));
      expect(vectors.map((vector) => vector.length)).toEqual([128, 128, 128]);
      expect(cosine(vectors[0] ?? [], vectors[1] ?? [])).toBeLessThan(0.36);
      const { body } = await request<ModelAnswer>(`${product.url}/api/v1/model`);
      expect(body).toMatchObject({
        dimension: 128,
        calibration: { alpha: 30, tau: 0.42, calibrated: false },
      });
    });
  });
});

describe('detectors', () => {
  const detectors: [string, Record<string, unknown>][] = [
    ['rfb at 480x360', { inputSize: { width: 480, height: 360 } }],
    ...(models === undefined
      ? []
      : [
          yunet('yunet_2023mar_640', '8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4'),
          yunet('yunet_s_dynamic', 'daede24002cc8590f457998cc5e6c9e8b82f45f6bd969506a8913cd4ed10a2d3'),
          scrfd('scrfd_500m_bnkps', 'b467f878e26ff1e7ee05cd9936fdff63fa2a5af5d732ed17ee231f2dd5cc07ae'),
          scrfd('scrfd_2.5g_bnkps', '9c162a817c7dd32d35d1f1c6ae6445032d6e73c6c5fe61d8b5b663ba8bc86b30'),
        ]),
  ];

  function local(kind: string, name: string, sha256: string): [string, Record<string, unknown>] {
    const file = { path: join(models ?? '', name, 'model.onnx'), sha256, license: 'for tests only' };
    return [name, { kind, file }];
  }
  function yunet(name: string, sha256: string): [string, Record<string, unknown>] {
    return local('yunet', name, sha256);
  }
  function scrfd(name: string, sha256: string): [string, Record<string, unknown>] {
    return local('scrfd', name, sha256);
  }

  it.each(detectors)('%s finds the three people', async (name, detector) => {
    const usual = await shipped('faceplugin');
    const pack: Pack = {
      ...usual,
      name: name.replace(/\W/g, '-'),
      detector: 'kind' in detector ? detector : { ...usual.detector, ...detector },
    };
    if ('kind' in detector) delete pack.landmarks;
    const [usualFaces, faces] = [
      await withPack('faceplugin', embed),
      await withPack(await written(pack), embed),
    ].map((answer) => answer.results[0]?.faces ?? []);
    expect(usualFaces).toHaveLength(3);
    // Another detector may see a face more, and draws its boxes its own way.
    for (const { bbox } of usualFaces ?? []) {
      const found = faces?.find((face) => overlap(face.bbox, bbox) > 0.6);
      expect(found?.embedding).toHaveLength(512);
      const [left, right, , mouthLeft] = found?.landmarks ?? [];
      expect(left?.[0]).toBeLessThan(right?.[0] ?? 0);
      expect(left?.[1]).toBeLessThan(mouthLeft?.[1] ?? 0);
    }
  });
});

describe('a pack that does not fit together', () => {
  const start = async (change: (pack: Pack) => void) => {
    const pack = await shipped('faceplugin');
    pack.name = 'broken';
    change(pack);
    return runToEnd(
      entries.modelServer,
      cleanEnvironment({ FACE_V3_MODEL_PACK: await written(pack), FACE_V3_MODEL_SERVER_PORT: '0' }),
    );
  };

  it.each<[string, (pack: Pack) => void, RegExp]>([
    ['a wrong dimension', (pack) => (pack.embedder['dimension'] = 256), /embedder.*256/],
    [
      'a wrong hash after patching',
      (pack) => (pack.embedder['preparedSha256'] = 'a'.repeat(64)),
      /preparedSha256/,
    ],
    ['another channel order', (pack) => (pack.embedder['channels'] = 'brg'), /channels/],
    ['no landmarks', (pack) => delete pack.landmarks, /landmarks/],
    ['an unknown field', (pack) => (pack['scoreTreshold'] = 0.5), /scoreTreshold/],
    ['another kind of model', (pack) => (pack.detector['kind'] = 'yunet'), /detector/],
  ])('%s stops the start with a sentence that names file and field', async (_name, change, field) => {
    const { code, printed } = await start(change);
    expect(code).not.toBe(0);
    expect(printed).toContain('broken.json');
    expect(printed).toMatch(field);
    expect(printed).not.toMatch(/\n\s+at /);
  });
});
