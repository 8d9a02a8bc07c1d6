import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openImage, type Landmarks } from '@face/image';
import { afterAll, describe, expect, it } from 'vitest';
import { sharedFolder } from '../../../../test/support/shared-data.js';
import { cacheFolder } from '../packs/cache-folder.js';
import { loadPack } from '../packs/load-pack.js';
import { defaultPackName, packsFolder } from '../packs/locate-pack.js';
import { createPipeline } from './create-pipeline.js';
import { intersectionOverUnion } from './face-candidate.js';
import type { FacePipeline } from './face-pipeline.js';

interface ReferenceFace {
  readonly bbox: [number, number, number, number];
  readonly confidence: number;
  readonly embedding_f32_base64: string;
  readonly mirror_f32_base64: string;
}
interface Reference {
  readonly photos: readonly { readonly file: string; readonly faces: readonly ReferenceFace[] }[];
}

const cacheDir = cacheFolder(process.env);
const photos = join(cacheDir, 'photos', 'sample-photos-1.7.15');
const embedder = join(cacheDir, 'packs', 'faceplugin-1.0.3', 'embedder.onnx');
const missing = [photos, embedder].find((path) => !existsSync(path));
if (missing !== undefined) console.log(`skipped: ${missing} is not there`);

const offline = { settings: () => Promise.reject(new Error('no network is needed')) };

async function photo(path: string) {
  return openImage(readFileSync(path), { maxPixels: 50_000_000, timeoutSeconds: 60 });
}

type Photo = Awaited<ReturnType<typeof photo>>;

async function facesOf(pipeline: FacePipeline, image: Photo) {
  const { data, scale } = await image.letterbox({ width: 640, height: 640 });
  const centre = [image.height / 2, image.width / 2] as const;
  const { boxes, landmarks } = await pipeline.detect(data, 640, 640, [scale, scale], centre);
  return Array.from({ length: boxes.length / 5 }, (_, face) => {
    const [x1 = NaN, y1 = NaN, x2 = NaN, y2 = NaN, score = NaN] = boxes.subarray(5 * face, 5 * face + 5);
    const points = Array.from({ length: 5 }, (_point, point) => [
      landmarks[10 * face + 2 * point] ?? NaN,
      landmarks[10 * face + 2 * point + 1] ?? NaN,
    ]) as unknown as Landmarks;
    return { box: [x1, y1, x2, y2] as const, score, points };
  });
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) =>
    x.reduce((sum, value, index) => sum + value * (y[index] ?? NaN), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

function floats(base64: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer);
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

describe.skipIf(missing !== undefined)('the default pack', () => {
  it('finds and embeds the faces of the reference, both views of each', async () => {
    const pack = await loadPack(defaultPackName, { cacheDir, flipMerge: 'concat', ...offline });
    // Plain concatenation shows both views; the program merges by the native library.
    const pipeline = await createPipeline(pack, (face, mirror) => Float32Array.of(...face, ...mirror));
    const fixture = new URL('../../../../test/fixtures/reference-faces.json', import.meta.url);
    const reference = JSON.parse(readFileSync(fileURLToPath(fixture), 'utf8')) as Reference;
    const cosines: number[] = [];
    const mirrorCosines: number[] = [];
    for (const { file, faces: expected } of reference.photos) {
      const image = await photo(join(photos, file));
      const faces = await facesOf(pipeline, image);
      expect(faces, file).toHaveLength(expected.length);
      expect(faces.map(({ score }) => score)).toEqual(faces.map(({ score }) => score).sort((a, b) => b - a));
      for (const wanted of expected) {
        const overlaps = faces.map(({ box }) => intersectionOverUnion(box, wanted.bbox));
        const face = faces[overlaps.indexOf(Math.max(...overlaps))];
        expect(Math.max(...overlaps)).toBeGreaterThan(0.9);
        expect(face?.score).toBeCloseTo(wanted.confidence, 1);
        const [crop] = face ? await image.alignFaces([face.points]) : [];
        const views = await pipeline.embed(crop ?? new Uint8Array());
        expect(views).toHaveLength(1024);
        cosines.push(cosine(views.subarray(0, 512), floats(wanted.embedding_f32_base64)));
        mirrorCosines.push(cosine(views.subarray(512), floats(wanted.mirror_f32_base64)));
      }
    }
    await pipeline.close();
    expect(Math.min(...cosines)).toBeGreaterThan(0.98);
    expect(median(cosines)).toBeGreaterThan(0.995);
    // The reference was cut by landmarks of the full photo: a face in profile leaves its mirror image a little further off.
    expect(Math.min(...mirrorCosines)).toBeGreaterThan(0.97);
    expect(median(mirrorCosines)).toBeGreaterThan(0.995);
  }, 60_000);
});

const models = sharedFolder('models');
const data = sharedFolder('data');
const scratch = mkdtempSync(join(tmpdir(), 'detectors-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Expected: the published quick check of these models, box and eyes in pixels. */
const detectors = [
  ['yunet', 'yunet_2023mar_640', { width: 640, height: 640 }, [233, 195, 451, 493]],
  ['yunet', 'yunet_s_dynamic', { width: 640, height: 480 }, [233, 195, 451, 493]],
  ['yunet', 'yunet_s_dynamic', { width: 480, height: 512 }, [233, 195, 451, 493]],
  ['scrfd', 'scrfd_500m_bnkps', { width: 640, height: 640 }, [233, 185, 451, 496]],
] as const;

describe.skipIf(models === undefined || data === undefined || missing !== undefined)(
  'detectors with landmarks',
  () => {
    it.each(detectors)(
      '%s %s at %o finds the face of a portrait',
      async (kind, folder, inputSize, expected) => {
        const modelFolder = join(models ?? '', folder);
        const { sha256 } = JSON.parse(readFileSync(join(modelFolder, 'source.json'), 'utf8')) as {
          sha256: string;
        };
        const manifest = JSON.parse(readFileSync(join(packsFolder(), 'faceplugin.json'), 'utf8')) as Record<
          string,
          unknown
        >;
        const file = { path: join(modelFolder, 'model.onnx'), sha256, license: 'see source.json' };
        const path = join(scratch, `${folder}.json`);
        const { sources, embedder: faceEmbedder, name, version } = manifest;
        writeFileSync(
          path,
          JSON.stringify({
            name,
            version,
            sources,
            embedder: faceEmbedder,
            detector: { kind, file, inputSize },
          }),
        );
        const pack = await loadPack(path, { cacheDir, ...offline });
        const pipeline = await createPipeline(pack, () => new Float32Array());
        const faces = await facesOf(
          pipeline,
          await photo(join(data ?? '', 'london', 'images', 'london001_neutral.jpg')),
        );
        await pipeline.close();
        expect(faces).toHaveLength(1);
        expect(intersectionOverUnion(faces[0]?.box ?? [0, 0, 0, 0], expected)).toBeGreaterThan(0.93);
        const [left, right] = faces[0]?.points ?? [];
        expect(Math.hypot((left?.[0] ?? NaN) - 284, (left?.[1] ?? NaN) - 317)).toBeLessThan(5);
        expect(Math.hypot((right?.[0] ?? NaN) - 384, (right?.[1] ?? NaN) - 313)).toBeLessThan(5);
      },
    );
  },
);
