import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ErrorAnswer, request } from './support/client.js';
import { samplePhoto } from './support/photos.js';
import { runToEnd } from './support/process.js';
import { type Api, Product, cleanEnvironment, entries, startApi } from './support/product.js';
import { RawConnection, head } from './support/raw-http.js';
import { Scrape } from './support/scrape.js';

const fixed = 'the-key-of-the-settings';
const old = 'the-old-key-of-the-file';
const next = 'the-next-key-of-the-file';

/** Answers without a model server: what these tests ask for is decided before. */
function startAlone(settings: NodeJS.ProcessEnv): Promise<Api> {
  return startApi({
    FACE_V3_ENV: 'production',
    FACE_V3_TRITON_URL: '127.0.0.1:1',
    FACE_V3_TRITON_HEALTHCHECK: 'false',
    ...settings,
  });
}

interface Given {
  readonly key: string;
  readonly from?: string;
}

/** 422 when the key is right: the body has no images. */
async function knock(api: Api, { key, from }: Given) {
  const answer = await request<ErrorAnswer>(`${api.ready.url}/api/v1/embeddings`, {
    method: 'POST',
    body: '{"images":[]}',
    headers: {
      'content-type': 'application/json',
      'x-api-key': key,
      ...(from === undefined ? {} : { 'x-forwarded-for': from }),
    },
  });
  return { status: answer.status, code: answer.body.code, retryAfter: answer.headers.get('retry-after') };
}

describe('the key file of a running server', () => {
  let folder: string;
  let file: string;
  let api: Api;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'face-key-reload-'));
    file = join(folder, 'keys');
    await writeFile(file, `# first\n${old}\n`);
    api = await startAlone({
      FACE_V3_API_KEY: fixed,
      FACE_V3_API_KEY_FILE: file,
      FACE_V3_LOG_LEVEL: 'INFO',
      // The tests ask until an answer changes.
      FACE_V3_MAX_WRONG_KEYS_PER_MINUTE: '0',
    });
  });

  afterAll(async () => {
    await api.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const statuses = () =>
    Promise.all([fixed, old, next].map(async (key) => (await knock(api, { key })).status));

  /** Asks until the answer is as expected; a change has to count within seconds. */
  async function becomes(expected: readonly number[]): Promise<number> {
    const start = performance.now();
    for (;;) {
      const now = await statuses();
      if (now.every((status, index) => status === expected[index])) return performance.now() - start;
      if (performance.now() - start > 5000)
        throw new Error(`still ${now.join()}, expected ${expected.join()}`);
    }
  }

  const said = (text: string) => api.printed.split(text).length - 1;

  it('brings and takes keys within seconds, without a restart', async () => {
    const { pid } = api;
    await becomes([422, 422, 401]);
    await writeFile(file, `${old}\n${next}\n`);
    expect(await becomes([422, 422, 422])).toBeLessThan(4000);
    await writeFile(`${file}.new`, next);
    await rename(`${file}.new`, file);
    expect(await becomes([422, 401, 422])).toBeLessThan(4000);
    expect([api.pid, api.running]).toEqual([pid, true]);
  });

  it('changes nothing when it is empty, gone or wrong, and says so once', async () => {
    const errors = said('cannot be used, so the keys stay as they were');
    await writeFile(file, '');
    await printed('There is no key in it');
    await rm(file);
    await printed('ENOENT');
    await writeFile(file, `${old}\nshort\n`);
    await printed('Line 2 is shorter than the 16 characters');
    expect(await statuses()).toEqual([422, 401, 422]);
    expect(said('cannot be used, so the keys stay as they were') - errors).toBe(3);
    await writeFile(file, old);
    await becomes([422, 422, 401]);
    for (const key of [fixed, old, next, 'short\n']) expect(api.printed).not.toContain(key);
  });

  async function printed(text: string): Promise<void> {
    const start = performance.now();
    while (said(text) === 0) {
      if (performance.now() - start > 5000) throw new Error(`'${text}' was not said:\n${api.printed}`);
      await statuses();
    }
  }
});

describe('wrong keys', () => {
  let api: Api;

  beforeEach(async () => {
    api = await startAlone({
      FACE_V3_API_KEY: fixed,
      FACE_V3_MAX_WRONG_KEYS_PER_MINUTE: '5',
      FACE_V3_TRUSTED_PROXIES: '127.0.0.0/8',
      FACE_V3_METRICS_PORT: '0',
    });
  });

  afterEach(() => api.stop());

  const guess = (from: string, times: number) =>
    Promise.all(
      Array.from({ length: times }, (_, index) => knock(api, { key: `a-guess-number-${index}`, from })),
    );

  it('stop being looked at after some of them, of their address alone', async () => {
    const answers = await guess('192.0.2.1', 12);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(7);
    for (const { code, retryAfter } of refused) {
      expect(code).toBe('too_many_wrong_keys');
      expect(Number(retryAfter)).toBeGreaterThan(50);
      expect(Number(retryAfter)).toBeLessThanOrEqual(60);
    }
    // Guessing on teaches nothing, not even with the right key.
    expect((await knock(api, { key: fixed, from: '192.0.2.1' })).status).toBe(429);
    expect((await knock(api, { key: fixed, from: '192.0.2.2' })).status).toBe(422);
    expect(api.printed).toContain('192.0.2.1 sent 5 wrong keys within a minute');
    expect(api.printed).not.toContain('a-guess-number');
    const scrape = await Scrape.of(api.ready.metricsUrl);
    const counted = (reason: string) => scrape.sum('face_api_http_requests_rejected_total', { reason });
    expect([counted('unauthorized'), counted('too_many_wrong_keys')]).toEqual([5, 8]);
  });

  it('harm nobody whose right key came from the same address before', async () => {
    expect((await knock(api, { key: fixed, from: '192.0.2.1' })).status).toBe(422);
    await guess('192.0.2.1', 12);
    expect((await knock(api, { key: fixed, from: '192.0.2.1' })).status).toBe(422);
  });

  it('count for the address that the trusted proxy saw, whatever the caller writes before it', async () => {
    for (let index = 0; index < 5; index++) {
      await knock(api, { key: 'a-wrong-key', from: `203.0.113.${index}, 192.0.2.1` });
    }
    expect((await knock(api, { key: 'a-wrong-key', from: '203.0.113.99, 192.0.2.1' })).status).toBe(429);
    expect((await knock(api, { key: 'a-wrong-key', from: '203.0.113.0' })).status).toBe(401);
  });

  it('are forgiven when the key file changes: one of them may have come a moment too early', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'face-key-early-'));
    const file = join(folder, 'keys');
    await writeFile(file, old);
    const rotated = await startAlone({ FACE_V3_API_KEY_FILE: file, FACE_V3_MAX_WRONG_KEYS_PER_MINUTE: '5' });
    try {
      for (let count = 0; count < 10; count++) await knock(rotated, { key: next });
      expect((await knock(rotated, { key: next })).status).toBe(429);
      await writeFile(file, next);
      const start = performance.now();
      while ((await knock(rotated, { key: next })).status !== 422) {
        if (performance.now() - start > 5000) throw new Error('the new key is still refused');
      }
    } finally {
      await rotated.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('are not looked at in requests without any, which are only refused', async () => {
    const url = `${api.ready.url}/api/v1/model`;
    for (let count = 0; count < 10; count++) expect((await request(url)).status).toBe(401);
    expect((await knock(api, { key: fixed })).status).toBe(422);
  });
});

describe('X-Forwarded-For of a proxy that nobody named', () => {
  it('is not believed', async () => {
    const api = await startAlone({ FACE_V3_API_KEY: fixed, FACE_V3_MAX_WRONG_KEYS_PER_MINUTE: '2' });
    try {
      const statuses: number[] = [];
      for (let index = 0; index < 4; index++) {
        statuses.push((await knock(api, { key: 'a-wrong-key', from: `192.0.2.${index}` })).status);
      }
      expect(statuses).toEqual([401, 401, 429, 429]);
    } finally {
      await api.stop();
    }
  });
});

describe('requests of one key', () => {
  let product: Product;

  beforeAll(async () => {
    product = await Product.start({
      api: {
        FACE_V3_API_KEY: fixed,
        FACE_V3_MAX_CONCURRENT_REQUESTS_PER_KEY: '2',
        FACE_V3_METRICS_PORT: '0',
      },
    });
  });

  afterAll(() => product.stop());

  it('are refused beyond the bound, and only while others are in work', async () => {
    const photo = samplePhoto('sample1.jpg');
    const lines = ['POST /api/v1/embeddings HTTP/1.1', 'Host: x', `X-API-KEY: ${fixed}`];
    const sending = head(...lines, 'Content-Type: image/jpeg', `Content-Length: ${photo.length}`);
    // In work from their headers on.
    const held = await Promise.all([1, 2].map(() => RawConnection.open(product.url)));
    for (const connection of held) connection.send(sending, photo.subarray(0, 1000));
    const busy = async () => {
      const { status, body, headers } = await request<ErrorAnswer>(`${product.url}/api/v1/model`, {
        headers: { 'x-api-key': fixed },
      });
      return { status, code: body.code, retryAfter: headers.get('retry-after') };
    };
    // The two have to arrive first.
    let refused = await busy();
    while (refused.status === 200) refused = await busy();
    expect(refused).toEqual({ status: 429, code: 'overloaded', retryAfter: '1' });
    expect((await request(`${product.url}/healthz`)).status).toBe(200);
    const scrape = await Scrape.of(product.api.ready.metricsUrl);
    expect(scrape.sum('face_api_http_requests_rejected_total', { reason: 'key_requests' })).toBe(1);
    for (const connection of held) connection.send(photo.subarray(1000));
    for (const connection of held) {
      expect(await connection.until(/"num_faces"/)).toMatch(/^HTTP\/1.1 200 /);
      connection.socket.destroy();
    }
    expect((await busy()).status).toBe(200);
  });
});

describe('a short key', () => {
  it.each(['staging', 'production'])('stops the start in %s, and is not shown', async (environment) => {
    const { code, printed } = await runToEnd(
      entries.api,
      cleanEnvironment({
        FACE_V3_ENV: environment,
        FACE_V3_API_KEY: 'secret-with-15c',
        FACE_V3_TRITON_URL: '127.0.0.1:1',
      }),
    );
    expect(code).toBe(1);
    expect(printed).toBe(
      'FACE_V3_API_KEY is shorter than the 16 characters that a key needs outside of local.\n',
    );
  });
});
