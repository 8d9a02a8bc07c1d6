import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCsv } from '../../scripts/measure/csv.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddingsAnswer, type ErrorAnswer, request } from '../support/client.js';
import { Product } from '../support/product.js';
import { sharedFolder } from '../support/shared-data.js';

const folder = sharedFolder('data/awkward');
const files = folder === undefined ? [] : parseCsv(readFileSync(join(folder, 'expected.csv'), 'utf8'));

/** Kinds whose face must be found, and formats among them that may be refused as unsupported instead. */
const mustBeFound = new Set(['exif_orientation', 'colour', 'wrong_extension', 'odd_name']);
const refusals = ['invalid_image', 'unsupported_image_format', 'image_too_large'];

describe.skipIf(folder === undefined)('files that break decoders', () => {
  let product: Product;

  beforeAll(async () => {
    product = await Product.start();
  });

  afterAll(() => product.stop());

  const send = (path: string) =>
    request<EmbeddingsAnswer & ErrorAnswer>(`${product.url}/api/v1/embeddings`, {
      method: 'POST',
      body: new Uint8Array(readFileSync(join(folder ?? '', path))),
      headers: { 'content-type': 'application/octet-stream' },
    });

  it.each(files)('$path ($kind)', async ({ path = '', kind = '', faces = '' }) => {
    const { status, body } = await send(path);
    if (status === 200) {
      if (faces !== '' && mustBeFound.has(kind)) expect(body.results[0]?.num_faces).toBe(Number(faces));
      if (kind === 'noface') expect(body.results[0]?.num_faces).toBe(0);
      expect(kind).not.toMatch(/^(bomb|vector)$/);
    } else {
      expect([400, 413]).toContain(status);
      expect([...refusals, 'payload_too_large']).toContain(body.code);
      expect(body.detail).toMatch(/\w+ \w+/);
      expect([...mustBeFound].filter((name) => name === kind)).toEqual([]);
    }
  });

  it('still answers afterwards', async () => {
    expect((await request<{ status: string }>(`${product.url}/healthz`)).body.status).toBe('ok');
  });
});
