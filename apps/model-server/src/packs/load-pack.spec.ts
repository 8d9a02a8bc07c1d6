import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createPipeline } from '../pipelines/create-pipeline.js';
import { cacheFolder } from './cache-folder.js';
import { goldenOutput } from './golden-output.js';
import { loadPack } from './load-pack.js';
import { defaultPackName, packsFolder } from './locate-pack.js';

interface Model {
  file: { sha256: string };
  golden?: number[];
  preparedSha256?: string;
  dimension?: number;
}
type Manifest = Record<'detector' | 'landmarks' | 'embedder', Model> & { name: string; version: string };
const readManifest = () =>
  JSON.parse(readFileSync(join(packsFolder(), `${defaultPackName}.json`), 'utf8')) as Manifest;

const cacheDir = cacheFolder(process.env);
const { name, version } = readManifest();
const downloads = join(cacheDir, 'packs', `${name}-${version}`);
const isFetched = existsSync(join(downloads, 'embedder.onnx'));
if (!isFetched) console.log(`skipped: the default model pack is not in ${downloads}`);

const scratch = mkdtempSync(join(tmpdir(), 'load-pack-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const offline = { settings: () => Promise.reject(new Error('no network is needed')) };
const noMerge = () => {
  throw new Error('no views are merged');
};

describe.skipIf(!isFetched)('loadPack', () => {
  /** The default pack with its files as local ones, changed, under a name of its own. */
  async function loadChanged(change: (manifest: Manifest) => void) {
    const manifest = readManifest();
    for (const role of ['detector', 'landmarks', 'embedder'] as const) {
      const path = join(downloads, `${role}.onnx`);
      const { sha256 } = manifest[role].file;
      manifest[role].file = Object.assign({ sha256 }, { path, license: 'MIT' });
    }
    change(manifest);
    const path = join(scratch, 'mine.json');
    writeFileSync(path, JSON.stringify(manifest));
    return loadPack(path, { cacheDir: scratch, ...offline });
  }

  it('loads a fetched pack without network, as plain data for worker threads', async () => {
    const pack = await loadPack(defaultPackName, { cacheDir, ...offline });
    expect(structuredClone(pack)).toEqual(pack);
    expect(pack.contract).toMatchObject({ dimension: 512, flipMerge: 'none' });
    expect(pack.contract.calibration).toMatchObject({ alpha: 25, tau: 0.426, calibrated: true });
    for (const { path, sha256 } of [pack.detector.model, pack.embedder.model]) {
      expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(sha256);
    }
  });

  it('chooses the flip merge that gives the dimension asked for', async () => {
    const load = (options: object) => loadPack(defaultPackName, { cacheDir, ...offline, ...options });
    expect((await load({ embeddingDimension: 1024 })).contract).toMatchObject({
      flipMerge: 'concat',
      dimension: 1024,
    });
    expect((await load({ flipMerge: 'mean' })).contract).toMatchObject({ flipMerge: 'mean', dimension: 512 });
    const [none, concat] = [await load({}), await load({ flipMerge: 'concat' })];
    expect(none.contract.contractId).not.toBe(concat.contract.contractId);
    expect(concat.contract.calibration).toMatchObject({ alpha: 25.2, tau: 0.424, calibrated: true });
    await expect(load({ embeddingDimension: 700 })).rejects.toThrow(
      "FACE_V3_EMBEDDING_DIMENSION is 700, but the model pack faceplugin gives 512 numbers with flip merging 'none'",
    );
    await expect(load({ embeddingDimension: 1024, flipMerge: 'none' })).rejects.toThrow('gives 512 numbers');
  });

  it('pins numbers that the file as published gives', async () => {
    const golden = readManifest().embedder.golden ?? [];
    const path = join(downloads, 'embedder.onnx');
    const asPublished = { path, published: path, sha256: '', field: 'published' };
    const got = await goldenOutput(asPublished, { mean: 127.5, divisor: 128 });
    got.forEach((value, index) => expect(value).toBeCloseTo(golden[index] ?? NaN, 4));
  });

  it('keeps no prepared model whose output is not the golden one', async () => {
    const wrong = loadChanged(
      ({ embedder }) => (embedder.golden = (embedder.golden ?? []).map((x) => x + 0.1)),
    );
    await expect(wrong).rejects.toThrow(/^mine\.json: embedder\.golden: .* gives other numbers than stated/);
    const folder = join(scratch, 'packs', `${name}-${version}`);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('replaces a prepared model that was damaged', async () => {
    const { path, sha256 } = (await loadChanged(() => undefined)).embedder.model;
    writeFileSync(path, 'damaged');
    const again = await loadChanged(() => undefined);
    expect(again.embedder.model).toMatchObject({ path, sha256 });
    expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(sha256);
  });

  it('runs the detector at another input size', async () => {
    const pack = await loadChanged((manifest) => {
      Object.assign(manifest.detector, { inputSize: { width: 480, height: 360 } });
    });
    const pipeline = await createPipeline(pack, noMerge);
    expect((await pipeline.detect(new Uint8Array(64 * 64 * 3), 64, 64, [1, 1], [32, 32])).boxes).toHaveLength(
      0,
    );
    await pipeline.close();
  });

  it.each([
    [
      'another hash after patching',
      (m: Manifest) => (m.embedder.preparedSha256 = '0'.repeat(64)),
      'mine.json: embedder.preparedSha256 is 000',
    ],
    [
      'another hash of a file',
      (m: Manifest) => (m.landmarks.file.sha256 = '0'.repeat(64)),
      'mine.json: landmarks.file.sha256 is 000',
    ],
    [
      'another dimension',
      (m: Manifest) => (m.embedder.dimension = 256),
      /^mine\.json: embedder\.file: .* its output 'output' is \[any, 512\], expected \[1, 256\]/,
    ],
    [
      'a model of another kind',
      (m: Manifest) => Object.assign(m, { landmarks: { kind: 'points68', file: m.embedder.file } }),
      /^mine\.json: landmarks\.file: .* its input 'input' is .*, expected \[1, 1, 64, 64\]/,
    ],
    [
      'a detector without the tensors of its kind',
      (m: Manifest) => Object.assign(m.detector, { kind: 'yunet', inputSize: { width: 320, height: 256 } }),
      /^mine\.json: detector\.file: .* does not fit/,
    ],
    [
      'an input size that the kind cannot have',
      (m: Manifest) => Object.assign(m.detector, { kind: 'scrfd', inputSize: { width: 320, height: 250 } }),
      'mine.json: detector.file: scrfd needs an inputSize in multiples of 32, got 320x250',
    ],
  ])('stops at %s with a sentence naming file and field', async (_what, change, sentence) => {
    const start = async () => createPipeline(await loadChanged((manifest) => void change(manifest)), noMerge);
    await expect(start()).rejects.toThrow(sentence);
  });

  it('says so when a file is no ONNX model at all', async () => {
    const path = join(scratch, 'text.onnx');
    writeFileSync(path, 'not a model');
    const sha256 = createHash('sha256').update('not a model').digest('hex');
    const load = loadChanged((manifest) => {
      Object.assign(manifest.embedder, { file: { path, sha256, license: 'MIT' } });
      delete manifest.embedder.preparedSha256;
    });
    await expect(load).rejects.toThrow(`mine.json: embedder.file: ${path} cannot be prepared: `);
  });
});
