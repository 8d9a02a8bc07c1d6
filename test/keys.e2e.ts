import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ErrorAnswer, postJson, request } from './support/client.js';
import { Product, cleanEnvironment, entries } from './support/product.js';
import { runToEnd } from './support/process.js';

const key = 'a-key-with-more-than-16-characters';

describe('API keys', () => {
  let folder: string;
  let product: Product;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'face-keys-'));
    const file = join(folder, 'keys');
    await writeFile(
      file,
      '# the mobile application\nkey-of-the-mobile-application\n\nkey-of-the-batch-importer\n',
    );
    product = await Product.start({
      api: { FACE_V3_ENV: 'production', FACE_V3_API_KEY: key, FACE_V3_API_KEY_FILE: file },
    });
  });

  afterAll(async () => {
    await product.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const post = (headers: Record<string, string>) =>
    postJson<ErrorAnswer>(`${product.url}/api/v1/embeddings`, { images: [] }, headers);

  it.each([key, 'key-of-the-mobile-application', 'key-of-the-batch-importer'])(
    'accepts %s',
    async (given) => {
      expect((await post({ 'x-api-key': given })).status).toBe(422);
    },
  );

  it.each([
    ['no key', {}],
    ['a wrong key', { 'x-api-key': 'a-key-with-more-than-16-characterS' }],
    ['a comment of the key file', { 'x-api-key': '# the mobile application' }],
    ['an empty key', { 'x-api-key': '' }],
  ])('refuses %s', async (_name, headers: Record<string, string>) => {
    const { status, body } = await post(headers);
    expect([status, body.code]).toEqual([401, 'unauthorized']);
    expect(JSON.stringify(body)).not.toContain(key);
  });

  it('answers 401 before the body is read, whatever its type or size', async () => {
    const { port, hostname } = new URL(product.url);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => {
        // The announced gigabyte never comes: who waits for it hangs.
        socket.write(
          'POST /api/v1/embeddings HTTP/1.1\r\nHost: x\r\nContent-Type: video/mp4\r\nContent-Length: 1000000000\r\n\r\n',
        );
      });
      socket.once('data', (chunk) => {
        resolve(chunk.toString());
        socket.destroy();
      });
      socket.once('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1.1 401 /);
  });

  it('needs no key for health, and shows no Swagger outside local', async () => {
    expect((await request<{ status: string }>(`${product.url}/healthz`)).body.status).toBe('ok');
    expect((await request(`${product.url}/healthz/ready`)).status).toBe(200);
    expect((await request(`${product.url}/openapi.json`)).status).toBe(404);
    expect((await request(`${product.url}/docs`)).status).toBe(404);
  });

  it('guards the model description', async () => {
    expect((await request(`${product.url}/api/v1/model`)).status).toBe(401);
  });
});

describe('a start without a key', () => {
  it('is refused outside local, with a sentence that names the setting', async () => {
    const { code, printed } = await runToEnd(
      entries.api,
      cleanEnvironment({ FACE_V3_ENV: 'production', FACE_V3_TRITON_URL: '127.0.0.1:1' }),
    );
    expect(code).not.toBe(0);
    expect(printed).toContain('FACE_V3_API_KEY');
  });
});
