import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postJson } from './support/client.js';
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

const embeddings = '/api/v1/embeddings';
const key = 'a-key-for-metrics-tests';
const photo = samplePhoto('sample1.jpg');

function sendPhoto(url: string, init: RequestInit = {}): Promise<Response> {
  const headers = { 'content-type': 'image/jpeg', 'x-api-key': key };
  return fetch(`${url}${embeddings}`, { method: 'POST', headers, body: photo, ...init });
}

/** A request whose headers came and whose body does not. */
async function beginRequest(url: string) {
  const headers = {
    'content-type': 'image/jpeg',
    'content-length': 1000,
    'x-api-key': key,
    expect: '100-continue',
  };
  const request = httpRequest(`${url}${embeddings}`, { method: 'POST', headers });
  request.on('error', () => undefined);
  request.flushHeaders();
  await once(request, 'continue');
  return request;
}

describe('the metrics of the API and the model server', () => {
  let server: ModelServer;
  let api: Api;

  beforeAll(async () => {
    server = await startModelServer({ FACE_V3_MODEL_SERVER_METRICS_PORT: '0' });
    api = await startApi({
      FACE_V3_TRITON_URL: server.ready.addresses[0],
      FACE_V3_API_KEY: key,
      FACE_V3_METRICS_PORT: '0',
      FACE_V3_MAX_CONCURRENT_REQUESTS: '2',
    });
  });

  afterAll(async () => {
    await api?.stop();
    await server?.stop();
  });

  it('count requests by route and status, and what was in them', async () => {
    const before = await Scrape.of(api.ready.metricsUrl);
    for (let i = 0; i < 3; i++) expect((await sendPhoto(api.ready.url)).status).toBe(200);
    const [a, b] = [
      [1, 0.5, 0.2],
      [0.2, 1],
    ];
    const body = { query_embedding: a, candidates: [{ id: 'x', embedding: b }] };
    expect((await postJson(`${api.ready.url}/api/v1/rerank`, body, { 'x-api-key': key })).status).toBe(400);
    const after = await Scrape.of(api.ready.metricsUrl);
    const grown = (name: string, labels: Record<string, string> = {}) =>
      after.sum(name, labels) - before.sum(name, labels);

    const ok = { route: embeddings, status: '200' };
    expect(grown('face_api_http_requests_total', ok)).toBe(3);
    expect(grown('face_api_http_request_duration_seconds_count', ok)).toBe(3);
    expect(grown('face_api_http_request_size_bytes_sum', { route: embeddings })).toBe(3 * photo.length);
    expect(grown('face_api_http_response_size_bytes_sum', { route: embeddings })).toBeGreaterThan(3 * 10_000);
    expect(grown('face_api_images_per_request_sum', { route: embeddings })).toBe(3);
    expect(grown('face_api_faces_per_image_count')).toBe(3);
    expect(grown('face_api_faces_per_image_sum')).toBe(9);
    for (const phase of ['decode', 'inference', 'align', 'encode']) {
      expect(grown('face_api_phase_duration_seconds_count', { route: embeddings, phase })).toBe(3);
    }
    const inferences = { method: 'ModelInfer', code: 'OK' };
    for (const model of ['detection', 'extraction']) {
      expect(grown('face_api_grpc_call_duration_seconds_count', { ...inferences, model })).toBe(3);
    }
    const cuts = { function: 'pixels_warp_face', place: 'event_loop' };
    expect(grown('face_api_native_call_duration_seconds_count', cuts)).toBe(9);
    const wrong = { route: '/api/v1/rerank', code: 'wrong_dimension' };
    expect(grown('face_api_http_errors_total', wrong)).toBe(1);
    expect(grown('face_api_candidates_per_request_sum', { route: '/api/v1/rerank' })).toBe(1);
    expect(after.sum('face_build_info', { program: 'api' })).toBe(1);
    expect(after.sum('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
  });

  it('have templates as routes, whatever callers make up', async () => {
    for (const path of ['/made-up-4711', '/api/v1/embeddings/made-up', '/%00', '/healthz']) {
      await fetch(`${api.ready.url}${path}?made-up=1`);
    }
    const scrape = await Scrape.of(api.ready.metricsUrl);
    expect(scrape.text).not.toContain('made-up');
    const routes = scrape.labels('face_api_http_requests_total', 'route');
    expect(routes).toEqual(['/api/v1/embeddings', '/api/v1/rerank', '/healthz', 'unknown']);
    expect(scrape.sum('face_api_http_requests_total', { route: 'unknown', status: '404' })).toBe(3);
  });

  it('tell what is in flight, and why requests were rejected', async () => {
    const open = [await beginRequest(api.ready.url), await beginRequest(api.ready.url)];
    expect((await sendPhoto(api.ready.url)).status).toBe(429);
    expect((await sendPhoto(api.ready.url, { headers: { 'x-api-key': 'wrong' } })).status).toBe(401);
    const busy = await Scrape.of(api.ready.metricsUrl);
    expect(busy.sum('face_api_http_requests_in_flight')).toBe(2);
    expect(busy.sum('face_api_http_body_bytes_in_flight')).toBe(2000);
    expect(busy.sum('face_api_http_requests_rejected_total', { reason: 'requests' })).toBe(1);
    expect(busy.sum('face_api_http_requests_rejected_total', { reason: 'unauthorized' })).toBe(1);

    for (const request of open) request.destroy();
    // Their places are free as soon as the server has seen that they are gone.
    await expect
      .poll(async () => (await Scrape.of(api.ready.metricsUrl)).sum('face_api_http_requests_in_flight'))
      .toBe(0);
    const idle = await Scrape.of(api.ready.metricsUrl);
    expect(idle.sum('face_api_http_body_bytes_in_flight')).toBe(0);
    expect(idle.sum('face_api_http_requests_total', { status: '499' })).toBe(2);
  });

  it('are not shown at the public port', async () => {
    const answer = await fetch(`${api.ready.url}/metrics`, { headers: { 'x-api-key': key } });
    expect(answer.status).toBe(404);
  });

  it('tell of the model server what it did, and how long requests waited', async () => {
    const scrape = await Scrape.of(server.ready.metricsUrl);
    for (const model of ['detection', 'extraction']) {
      const requests = scrape.sum('face_model_server_requests_total', { model, code: 'OK' });
      expect(requests).toBeGreaterThanOrEqual(3);
      for (const name of [
        'request_duration_seconds',
        'queue_duration_seconds',
        'inference_duration_seconds',
      ]) {
        expect(scrape.sum(`face_model_server_${name}_count`, { model })).toBe(requests);
      }
      const [whole, queue, inference] = ['request', 'queue', 'inference'].map((part) =>
        scrape.sum(`face_model_server_${part}_duration_seconds_sum`, { model }),
      ) as [number, number, number];
      expect(queue + inference).toBeLessThanOrEqual(whole);
      expect(inference).toBeGreaterThan(0);
    }
    expect(scrape.sum('face_model_server_batch_size_sum', { model: 'extraction' })).toBeGreaterThanOrEqual(9);
    expect(scrape.sum('face_model_server_requests_in_flight')).toBe(0);
    expect(scrape.sum('face_model_server_threads')).toBeGreaterThan(0);
  });

  it('tell by the gRPC code that the model server is gone', async () => {
    await server.stop('SIGKILL');
    expect((await sendPhoto(api.ready.url)).status).toBe(503);
    const scrape = await Scrape.of(api.ready.metricsUrl);
    // Of whichever call was the first to find out.
    const failed = { code: 'UNAVAILABLE' };
    expect(scrape.sum('face_api_grpc_call_duration_seconds_count', failed)).toBeGreaterThanOrEqual(1);
    expect(scrape.sum('face_api_http_requests_rejected_total', { reason: 'not_ready' })).toBe(1);
  });

  it('say which setting to change when their port is taken', async () => {
    const port = new URL(api.ready.metricsUrl ?? '').port;
    const settings = {
      FACE_V3_TRITON_URL: '127.0.0.1:1',
      FACE_V3_TRITON_HEALTHCHECK: 'false',
      FACE_V3_PORT: '0',
      FACE_V3_METRICS_PORT: port,
    };
    const { code, printed } = await runToEnd(entries.api, cleanEnvironment(settings));
    expect(code).toBe(1);
    expect(printed).toContain(`Port ${port} on 127.0.0.1 is in use`);
    expect(printed).toContain('set FACE_V3_METRICS_PORT to another port');
  });

  it('are off unless a port is set', async () => {
    const quiet = await startApi({ FACE_V3_TRITON_URL: '127.0.0.1:1', FACE_V3_TRITON_HEALTHCHECK: 'false' });
    expect(quiet.ready.metricsUrl).toBeUndefined();
    await quiet.stop();
  });
});

describe('the metrics of several worker processes', () => {
  let api: Api;

  beforeAll(async () => {
    api = await startApi({
      FACE_V3_TRITON_URL: '127.0.0.1:1',
      FACE_V3_TRITON_HEALTHCHECK: 'false',
      FACE_V3_WORKERS: '2',
      FACE_V3_METRICS_PORT: '0',
    });
  });
  afterAll(() => api?.stop());

  async function sendProbes(count: number): Promise<void> {
    // Each on a connection of its own, so that both workers have some.
    const headers = { connection: 'close' };
    for (let i = 0; i < count; i++) await fetch(`${api.ready.url}/healthz/live`, { headers });
  }

  async function answered(): Promise<number> {
    const scrape = await Scrape.of(api.ready.metricsUrl);
    return scrape.sum('face_api_http_requests_total', { route: '/healthz/live' });
  }

  it('are one sum, which does not fall when a worker ends', async () => {
    await sendProbes(20);
    const scrape = await Scrape.of(api.ready.metricsUrl);
    expect(scrape.sum('face_api_workers_answering')).toBe(2);
    expect(scrape.sum('face_build_info')).toBe(1);
    expect(await answered()).toBe(20);

    const ready = await fetch(`${api.ready.url}/healthz/live`, { headers: { connection: 'close' } });
    expect(ready.status).toBe(200);
    expect(await answered()).toBe(21);
    process.kill(workerPids(api)[0] ?? Number.NaN, 'SIGKILL');
    const exits = async () => (await Scrape.of(api.ready.metricsUrl)).sum('face_api_worker_exits_total');
    await expect.poll(exits).toBe(1);
    expect(await answered()).toBe(21);
    await expect
      .poll(async () => (await Scrape.of(api.ready.metricsUrl)).sum('face_api_workers_answering'), {
        timeout: 30_000,
      })
      .toBe(2);
    await sendProbes(10);
    expect(await answered()).toBe(31);
  });
});

function workerPids({ pid }: Api): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const processes = lines.map((line) => line.trim().split(/\s+/).map(Number));
  return processes.filter(([, parent]) => parent === pid).map(([child]) => child ?? Number.NaN);
}
