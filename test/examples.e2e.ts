import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samplePhoto } from './support/photos.js';
import { Product } from './support/product.js';

const run = promisify(execFile);
const example = (name: string) => new URL(`./examples/${name}`, import.meta.url).pathname;

describe('example clients', () => {
  const folder = mkdtempSync(join(tmpdir(), 'face-examples-'));
  const photos = ['sample1.jpg', 'sample2.jpg'].map((name) => join(folder, name));
  let product: Product;

  beforeAll(async () => {
    for (const photo of photos) writeFileSync(photo, samplePhoto(photo.slice(folder.length + 1)));
    product = await Product.start({ api: { FACE_V3_API_KEY: 'example-key' } });
  });

  afterAll(async () => {
    await product.stop();
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['Python', 'python3', 'client.py'],
    ['TypeScript', process.execPath, 'client.ts'],
  ])('%s finds faces and ranks them', async (_language, program, file) => {
    const env = { ...process.env, FACE_API_URL: product.url, FACE_V3_API_KEY: 'example-key' };
    const { stdout } = await run(program, [example(file), ...photos], { env });
    const [count, first, ...others] = stdout.trim().split('\n');
    expect(count).toMatch(/^[4-9] faces$/);
    expect(first).toMatch(/^sample1\.jpg at \[.*\]: same person as the first with probability 1\.000$/);
    expect(others).toHaveLength(Number.parseInt(count ?? '', 10) - 1);
  });
});
