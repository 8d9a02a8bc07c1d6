import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddingsAnswer, postJson } from './support/client.js';
import { samplePhoto } from './support/photos.js';
import { type Api, type ModelServer, startApi, startModelServer } from './support/product.js';

const key = 'the-secret-key-of-the-log-tests';
const photo = samplePhoto('sample1.jpg');

type Line = Readonly<Record<string, unknown>>;

/** Ends the program and reads everything that it has logged. */
async function linesOf(api: Api): Promise<Line[]> {
  const closed = once(api.child, 'close');
  await api.stop();
  await closed;
  const lines = api.printed.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Line);
}

function requestLines(lines: readonly Line[]): Line[] {
  return lines.filter((line) => 'request_id' in line);
}

describe('the log of the API', () => {
  let server: ModelServer;
  const settings = {
    FACE_V3_ENV: 'production',
    FACE_V3_API_KEY: key,
    FACE_V3_LOG_LEVEL: 'INFO',
  };

  beforeAll(async () => {
    server = await startModelServer({});
  });
  afterAll(() => server?.stop());

  function start(more: NodeJS.ProcessEnv = {}): Promise<Api> {
    return startApi({ ...settings, FACE_V3_TRITON_URL: server.ready.addresses[0], ...more });
  }

  it('is one line of JSON a request, without keys, photos and embeddings', async () => {
    const api = await start({ FACE_V3_LOG_LEVEL: 'TRACE' });
    const url = `${api.ready.url}/api/v1`;
    const data = photo.toString('base64');
    const headers = (id: string) => ({ 'x-api-key': key, 'x-request-id': id });
    const body = { images: [{ data }, { data: data.slice(0, 2000) }], on_error: 'partial' };
    const found = await postJson<EmbeddingsAnswer>(`${url}/embeddings`, body, headers('two-photos'));
    expect(found.status).toBe(200);
    const [face, other] = found.body.results[0]?.faces.map(({ embedding }) => embedding) ?? [];
    const search = { query_embedding: face, candidates: [{ id: 'a', embedding: other }] };
    expect((await postJson(`${url}/rerank`, search, headers('search'))).status).toBe(200);
    await postJson(`${url}/embeddings`, body, { 'x-api-key': `${key}-wrong`, 'x-request-id': 'wrong-key' });
    await postJson(
      `${url}/embeddings?key=${key}`,
      { images: [{ data: 'bm9uc2Vuc2U=' }] },
      headers('no-photo'),
    );
    await fetch(`${url}/nothing?key=${key}`, { headers: headers('nothing') });

    const lines = requestLines(await linesOf(api));
    const byId = new Map(lines.map((line) => [line['request_id'], line]));
    expect(lines).toHaveLength(5);
    const line = { method: 'POST', route: '/api/v1/embeddings', duration_ms: expect.any(Number) as number };
    expect(byId.get('two-photos')).toMatchObject({ ...line, level: 30, status: 200, images: 2, faces: 3 });
    expect(byId.get('search')).toMatchObject({ route: '/api/v1/rerank', status: 200, candidates: 1 });
    expect(byId.get('wrong-key')).toMatchObject({ ...line, level: 40, status: 401, code: 'unauthorized' });
    expect(byId.get('no-photo')).toMatchObject({
      ...line,
      status: 400,
      images: 1,
      code: expect.any(String) as string,
    });
    expect(byId.get('nothing')).toMatchObject({ method: 'GET', route: '/api/v1/nothing', status: 404 });

    expect(api.printed).not.toContain(key);
    expect(api.printed).not.toContain('bm9uc2Vuc2U');
    for (let from = 0; from + 24 <= 2000; from += 100) {
      expect(api.printed).not.toContain(data.slice(from, from + 24));
    }
    for (const number of (face as number[]).slice(0, 50)) expect(api.printed).not.toContain(String(number));
  });

  it('leaves lines out when there are too many, and tells how many', async () => {
    const api = await start({ FACE_V3_LOG_LINES_PER_SECOND: '2' });
    const sent = 500;
    const send = () => fetch(`${api.ready.url}/api/v1/nothing`);
    for (let i = 0; i < sent; i += 50) await Promise.all(Array.from({ length: 50 }, send));
    // Errors have a budget of their own: the flood of the others does not hide them.
    await fetch(`${api.ready.url}/api/v1/model`, { headers: { 'x-api-key': key, 'x-request-id': 'fine' } });

    const lines = requestLines(await linesOf(api));
    const flood = lines.filter(({ status }) => status === 404);
    const counted = flood.reduce((sum, { skipped }) => sum + Number(skipped ?? 0) + 1, 0);
    expect(flood.length).toBeLessThan(sent / 5);
    expect(counted).toBeGreaterThan(sent - 100);
    expect(counted).toBeLessThanOrEqual(sent);
    expect(lines.find(({ request_id }) => request_id === 'fine')).toMatchObject({ status: 200 });
  });

  it('has no lines below its level', async () => {
    const api = await start({ FACE_V3_LOG_LEVEL: 'ERROR' });
    await fetch(`${api.ready.url}/healthz`);
    await fetch(`${api.ready.url}/api/v1/model`, { headers: { 'x-api-key': key } });
    expect(await linesOf(api)).toEqual([]);
  });

  it('is for a person in local', async () => {
    const api = await start({ FACE_V3_ENV: 'local', FACE_V3_API_KEY: '' });
    await fetch(`${api.ready.url}/api/v1/model`);
    const closed = once(api.child, 'close');
    await api.stop();
    await closed;
    expect(api.printed).toMatch(/INFO: GET \/api\/v1\/model 200 in \d+ ms \([0-9a-f-]{36}\)/);
  });
});

describe('timings_ms', () => {
  let server: ModelServer;
  let api: Api;

  beforeAll(async () => {
    server = await startModelServer({});
    api = await startApi({ FACE_V3_TRITON_URL: server.ready.addresses[0] });
  });
  afterAll(async () => {
    await api?.stop();
    await server?.stop();
  });

  it.each(['embeddings', 'detections'])('of /%s tell where the time of one photo went', async (path) => {
    const sums: number[] = [];
    for (let i = 0; i < 15; i++) {
      const url = `${api.ready.url}/api/v1/${path}?return_aligned_faces=${i % 2 === 0}`;
      const headers = { 'content-type': 'image/jpeg' };
      const response = await fetch(url, { method: 'POST', headers, body: photo });
      const { timings_ms } = (await response.json()) as { timings_ms: Record<string, number> };
      const { total_ms: total = Number.NaN, ...phases } = timings_ms;
      expect(Object.keys(phases).sort()).toEqual(['align_ms', 'decode_ms', 'encode_ms', 'inference_ms']);
      for (const milliseconds of Object.values(phases)) {
        expect(milliseconds).toBeGreaterThanOrEqual(0);
        expect(milliseconds).toBeLessThanOrEqual(total);
      }
      sums.push(Object.values(phases).reduce((sum, milliseconds) => sum + milliseconds, 0) / total);
    }
    // What another program takes of the machine in between belongs to no phase: most requests count, not each.
    const [median = Number.NaN] = sums.toSorted((a, b) => a - b).slice(7);
    console.log(
      `/${path}: the phases are ${(100 * median).toFixed(1)} % of total_ms, in the median of ${sums.length}`,
    );
    expect(median).toBeGreaterThan(0.9);
    expect(median).toBeLessThan(1.1);
  });
});
