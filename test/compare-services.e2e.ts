import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samplePhoto } from './support/photos.js';
import { type Api, Product, startApi } from './support/product.js';

const run = promisify(execFile);
const program = new URL('./examples/compare_services.py', import.meta.url).pathname;
const key = 'the-key-of-both-services';

/** What whoever moves from one service to another checks with: docs/migration.md. */
describe('the program that compares two services on photos', () => {
  let folder: string;
  let photos: string[];
  let product: Product;
  let other: Api;

  const compare = (url: string) =>
    run('python3', [program, product.url, url, ...photos], {
      env: { ...process.env, FACE_V3_API_KEY: key },
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'face-compare-'));
    photos = ['sample1.jpg', 'sample2.jpg'].map((name) => join(folder, name));
    for (const path of photos) await writeFile(path, samplePhoto(path.slice(folder.length + 1)));
    product = await Product.start({ api: { FACE_V3_API_KEY: key } });
    other = await startApi({ FACE_V3_TRITON_URL: product.server.url, FACE_V3_API_KEY: key });
  });

  afterAll(async () => {
    await other?.stop();
    await product?.stop();
    await rm(folder, { recursive: true });
  });

  it('says that vectors of the same model are the same', async () => {
    const { stdout } = await compare(other.ready.url);
    expect(stdout).toMatch(/^sample1\.jpg: 3 and 3 faces, least cosine 1\.00000$/m);
    expect(stdout).toMatch(/^6 faces found by both, 0 by one only; 0 are smaller/m);
    expect(stdout).toMatch(/^cosine: least 1\.00000, median 1\.00000; overlap of boxes: least 1\.000$/m);
  });

  it('says that another dimension is another model', async () => {
    const production = await Product.start({ modelServer: { FACE_V3_EMBEDDING_DIMENSION: '1024' } });
    await expect(compare(production.url)).rejects.toThrow('512 numbers a face, the new one 1024');
    await production.stop();
  });

  it('fails where vectors are not the same', async () => {
    // The same dimension, and another vector: the face and its mirror image together.
    const mirrored = await Product.start({ modelServer: { FACE_V3_FLIP_MERGE: 'mean' } });
    const failure = run('python3', [program, product.url, mirrored.url, ...photos], {
      env: { ...process.env, FACE_V3_API_KEY: key, LEAST_COSINE: '0.999' },
    });
    await expect(failure).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining('6 faces found by both') as string,
    });
    await mirrored.stop();
  });
});
