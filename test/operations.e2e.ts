import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ErrorAnswer, postJson, request } from './support/client.js';
import { samplePhoto } from './support/photos.js';
import { runToEnd } from './support/process.js';
import {
  type Api,
  type ModelServer,
  cleanEnvironment,
  entries,
  startApi,
  startModelServer,
} from './support/product.js';
import { Scrape } from './support/scrape.js';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const operations = read('docs/operations.md');
const photo = samplePhoto('sample1.jpg');

/** Numbers, addresses and paths are another one each time; a document shows them as they once were. */
function shapeOf(text: string): string {
  return (
    text
      .replaceAll('`', '')
      .replace(/'\/[^']*'/g, "'/path'")
      .replace(/\d+(\.\d+)*/g, '0')
      .replace(/\s+/g, ' ')
      // Not every machine can tell who has a port.
      .replace(/, by \w+ \(process 0\)/g, '')
  );
}

/** @param sentence of a log or an answer */
function expectTold(sentence: string | undefined): void {
  expect(shapeOf(operations)).toContain(shapeOf(sentence ?? 'nothing was said').trim());
}

describe('the documents on metrics', () => {
  let server: ModelServer;
  let apis: Api[];
  let shown: ReadonlySet<string>;

  beforeAll(async () => {
    server = await startModelServer({ FACE_V3_MODEL_SERVER_METRICS_PORT: '0' });
    const settings = { FACE_V3_TRITON_URL: server.ready.addresses[0], FACE_V3_METRICS_PORT: '0' };
    apis = [await startApi(settings), await startApi({ ...settings, FACE_V3_WORKERS: '2' })];
    const scrapes = await Promise.all([server, ...apis].map(({ ready }) => Scrape.of(ready.metricsUrl)));
    shown = new Set(
      scrapes.flatMap(({ text }) => [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name)),
    );
  });

  afterAll(async () => {
    for (const program of [...(apis ?? []), server]) await program?.stop();
  });

  it.each(['docs/operations.md', 'docs/observability.md'])('%s has a row for each metric of ours', (path) => {
    const rows = [...read(path).matchAll(/^\| (`face_[^|]*)\|/gm)].map(([, cell = '']) => cell);
    const listed = rows.flatMap((cell) => cell.match(/face_\w+/g) ?? []);
    const ours = [...shown].filter((name) => name.startsWith('face_'));
    expect(listed.toSorted()).toEqual(ours.toSorted());
  });

  it.each(['docs/operations.md', 'docs/observability.md'])('%s names no metric that is not there', (path) => {
    const named =
      read(path).match(/\b(?:face_(?:api|model_server|build|event_loop)|process|nodejs)_\w*[a-z]/g) ?? [];
    const known = (name: string) =>
      ['', /_(bucket|sum|count)$/].some((end) => shown.has(name.replace(end, '')));
    // A family that is meant as a whole, as in `process_*`.
    const isFamily = (name: string) => [...shown].some((each) => each.startsWith(`${name}_`));
    expect(named.filter((name) => !known(name) && !isFamily(name))).toEqual([]);
  });

  it('have a line for each alert', () => {
    const alerts = [...read('deploy/observability/prometheus-rules.yaml').matchAll(/- alert: (\w+)/g)];
    expect(alerts.length).toBeGreaterThan(10);
    for (const [, alert] of alerts) expect(operations).toContain(`| \`${alert}\``);
  });
});

describe('the incidents', () => {
  let folder: string;
  let server: ModelServer;
  let triton: NodeJS.ProcessEnv;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'face-operations-'));
    server = await startModelServer({});
    triton = { FACE_V3_TRITON_URL: server.ready.addresses[0] };
  });

  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true });
  });

  it.each([
    ['nothing is at the address of Triton', { FACE_V3_TRITON_URL: '127.0.0.1:1' }],
    ['the model has another dimension', { FACE_V3_EMBEDDING_DIMENSION: '1024' }],
    ['the model has another name', { FACE_V3_EXTRACTION_MODEL_NAME: 'embedding' }],
    ['no key is set', { FACE_V3_ENV: 'production' }],
    ['a key is short', { FACE_V3_ENV: 'production', FACE_V3_API_KEY: 'short' }],
    ['a setting is wrong', { FACE_V3_MAX_BATCH_SIZE: 'many' }],
  ])('tell what a start says when %s', async (_name, settings: NodeJS.ProcessEnv) => {
    const { code, printed } = await runToEnd(
      entries.api,
      cleanEnvironment({
        ...triton,
        FACE_V3_LOG_LEVEL: 'ERROR',
        FACE_V3_PORT: '0',
        FACE_V3_TRITON_START_TIMEOUT_SECONDS: '1',
        ...settings,
      }),
    );
    expect(code).toBe(1);
    // What grpc-js says of a connection is its own.
    expectTold(printed.replace(/ \(14 UNAVAILABLE[^]*/, ''));
  });

  it('tell what is said when a port is taken', async () => {
    const api = await startApi(triton);
    const { port } = new URL(api.ready.url);
    const { printed } = await runToEnd(entries.api, cleanEnvironment({ ...triton, FACE_V3_PORT: port }));
    await api.stop();
    expectTold(printed.trim().split('\n').at(-1));
  });

  it('tell what callers are told: keys, limits, contracts', async () => {
    const api = await startApi({
      ...triton,
      FACE_V3_API_KEY: 'the-key-of-these-tests',
      FACE_V3_MAX_CONCURRENT_REQUESTS: '1',
      FACE_V3_MAX_WRONG_KEYS_PER_MINUTE: '1',
    });
    const key = { 'x-api-key': 'the-key-of-these-tests' };
    const url = `${api.ready.url}/api/v1`;
    const rerank = { query_embedding: [1], candidates: [{ id: 'a', embedding: [1] }], contract_id: 'blue' };
    const mixed = await postJson<ErrorAnswer>(`${url}/rerank`, rerank, key);
    expect(mixed.body.code).toBe('contract_mismatch');
    expectTold(mixed.body.detail.replace(/has '\w+'/, "has '7fdcf6b1a266f9b64986c49ebefb05e1'"));

    const begun = httpRequest(`${url}/embeddings`, {
      method: 'POST',
      headers: { ...key, 'content-type': 'image/jpeg', 'content-length': 1000, expect: '100-continue' },
    });
    begun.on('error', () => undefined);
    begun.flushHeaders();
    await once(begun, 'continue');
    const full = await request<ErrorAnswer>(`${url}/embeddings`, {
      method: 'POST',
      headers: { ...key, 'content-type': 'image/jpeg' },
      body: new Uint8Array(photo),
    });
    expect([full.status, full.headers.get('retry-after')]).toEqual([429, '1']);
    expectTold(full.body.detail);
    begun.destroy();

    const wrong = await request<ErrorAnswer>(`${url}/model`, { headers: { 'x-api-key': 'another key' } });
    expect(wrong.status).toBe(401);
    expectTold(wrong.body.detail);
    const limited = await request<ErrorAnswer>(`${url}/model`, { headers: { 'x-api-key': 'yet another' } });
    expect([limited.status, limited.body.code]).toEqual([429, 'too_many_wrong_keys']);
    expectTold(limited.body.detail);
    await api.stop();
  });

  it('tell what is said when a key file breaks', async () => {
    const file = join(folder, 'keys');
    await writeFile(file, 'the-first-key-of-the-file\n');
    const api = await startApi({ ...triton, FACE_V3_ENV: 'production', FACE_V3_API_KEY_FILE: file });
    await rm(file);
    await expect.poll(() => api.printed, { timeout: 30_000 }).toContain('cannot be used');
    const line = JSON.parse(api.printed.trim().split('\n').at(-1) ?? '') as { readonly msg: string };
    await api.stop();
    expectTold(line.msg);
  });

  it('tell what is said when a worker process is killed', async () => {
    const api = await startApi({
      ...triton,
      FACE_V3_ENV: 'production',
      FACE_V3_API_KEY: 'sixteen-and-more-of-it',
      FACE_V3_WORKERS: '2',
    });
    const [worker = 0] = execFileSync('ps', ['-o', 'pid=', '--ppid', String(api.pid)], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map(Number);
    process.kill(worker, 'SIGKILL');
    await expect.poll(() => api.printed, { timeout: 30_000 }).toContain('ended by SIGKILL');
    const line = JSON.parse(/^.*ended by SIGKILL.*$/m.exec(api.printed)?.[0] ?? '') as {
      readonly msg: string;
    };
    await api.stop();
    expectTold(line.msg);
  });

  it('tell what callers are told while the model server hangs, and when it is gone', async () => {
    const away = await startModelServer({});
    const api = await startApi({
      FACE_V3_TRITON_URL: away.ready.addresses[0],
      FACE_V3_REQUEST_TIMEOUT_SECONDS: '1',
    });
    const send = () =>
      request<ErrorAnswer>(`${api.ready.url}/api/v1/embeddings`, {
        method: 'POST',
        headers: { 'content-type': 'image/jpeg' },
        body: new Uint8Array(photo),
      });
    away.child.kill('SIGSTOP');
    const late = await send();
    expect([502, 503, 504]).toContain(late.status);
    expectTold(late.body.detail);
    away.child.kill('SIGCONT');
    await away.stop('SIGKILL');
    await expect.poll(async () => (await send()).status, { timeout: 30_000 }).toBe(503);
    const gone = await send();
    expect(gone.headers.get('retry-after')).toMatch(/^\d+$/);
    expectTold(gone.body.detail);
    const health = await request<{ readonly reasons: readonly string[] }>(`${api.ready.url}/healthz`);
    expectTold(health.body.reasons[0]);
    await api.stop();
  });
});
