import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OtlpReceiver, type ReceivedSpan, attributesOf, interval } from './support/otlp-receiver.js';
import { samplePhoto } from './support/photos.js';
import { type Api, type ModelServer, startApi, startModelServer } from './support/product.js';

const photo = samplePhoto('sample1.jpg');
const traceId = '0af7651916cd43dd8448eb211c80319c';
const callersSpan = 'b7ad6b7169203331';

/** Spans are sent this often, in milliseconds. */
const delay = '50';

function embed(url: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/api/v1/embeddings`, {
    method: 'POST',
    headers: { 'content-type': 'image/jpeg', ...headers },
    body: photo,
  });
}

/** Reports every module of the tracing SDK that is loaded. */
const reportSdk = `--import=data:text/javascript,${encodeURIComponent(
  `import{registerHooks}from'node:module';registerHooks({load(url,context,next){if(/@opentelemetry\\/(?!api\\/)/.test(url))console.log('SDK LOADED',url);return next(url,context)}})`,
)}`;

describe('a trace', () => {
  let collector: OtlpReceiver;
  let server: ModelServer;
  let api: Api;

  beforeAll(async () => {
    collector = await OtlpReceiver.start();
    const tracing = {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=secret%20key',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      // So long that only the end of the programs sends anything.
      OTEL_BSP_SCHEDULE_DELAY: '600000',
    };
    server = await startModelServer(tracing);
    api = await startApi({
      ...tracing,
      FACE_V3_TRITON_URL: server.ready.addresses[0],
      FACE_V3_LOG_LEVEL: 'INFO',
      FACE_V3_ENV: 'production',
      FACE_V3_API_KEY: 'a-key-for-trace-tests',
    });
  });

  afterAll(async () => {
    await api?.stop();
    await server?.stop();
    collector?.stop();
  });

  it('goes from the caller through API, gRPC and model server, with a span for each phase', async () => {
    const headers = {
      traceparent: `00-${traceId}-${callersSpan}-01`,
      'x-api-key': 'a-key-for-trace-tests',
      'x-request-id': 'traced-request',
    };
    expect((await embed(api.ready.url, headers)).status).toBe(200);
    const [apiEnds, serverEnds] = [once(api.child, 'close'), once(server.child, 'close')];
    expect(await api.stop()).toBe(0);
    expect(await server.stop()).toBe(0);
    await Promise.all([apiEnds, serverEnds]);

    const spans = collector.of(traceId);
    const named = (service: string, name: string): ReceivedSpan[] =>
      spans.filter((span) => span.service === service && span.name === name);
    const [root, ...others] = named('face-search-api', 'POST /api/v1/embeddings');
    expect(others).toEqual([]);
    if (root === undefined) throw new Error('there is no span of the request');
    expect(root.parentSpanId).toBe(callersSpan);
    expect(root.kind).toBe(2);
    expect(attributesOf(root.attributes)).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/api/v1/embeddings',
      'http.response.status_code': 200,
      'face.request_id': 'traced-request',
      'face.images': 1,
      'face.faces': 3,
    });

    for (const phase of ['read body', 'decode', 'align', 'encode']) {
      expect(named('face-search-api', phase).map(({ parentSpanId }) => parentSpanId)).toContain(root.spanId);
    }
    const calls = named('face-search-api', 'inference.GRPCInferenceService/ModelInfer');
    expect(calls.map(({ attributes }) => attributesOf(attributes)['face.model']).sort()).toEqual([
      'detection',
      'extraction',
    ]);
    const phases = named('face-search-api', 'inference').map(({ spanId }) => spanId);
    for (const call of calls) {
      expect(phases).toContain(call.parentSpanId);
      const model = String(attributesOf(call.attributes)['face.model']);
      const [work] = named('face-search-model-server', `ModelInfer ${model}`);
      expect(work?.parentSpanId).toBe(call.spanId);
      const stages = spans.filter(({ parentSpanId }) => parentSpanId === work?.spanId);
      expect(stages.map(({ name }) => name)).toEqual(expect.arrayContaining(['queue', 'inference']));
    }

    // Every span lies below the caller's, and within the request.
    const ids = new Set([callersSpan, ...spans.map(({ spanId }) => spanId)]);
    for (const { parentSpanId = '' } of spans) expect(ids).toContain(parentSpanId);
    const [begin, end] = interval(root);
    for (const span of spans) {
      const [from, to] = interval(span);
      expect(from).toBeGreaterThanOrEqual(begin - 1);
      expect(to).toBeLessThanOrEqual(end + 1);
    }

    const line = api.printed.split('\n').find((text) => text.includes('traced-request')) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({ trace_id: traceId, request_id: 'traced-request', faces: 3 });
    expect(collector.headers[0]).toMatchObject({ 'x-collector-key': 'secret key' });
    expect(collector.resources[0]).toMatchObject({
      'deployment.environment.name': 'test',
      'service.version': expect.any(String) as string,
    });
  });
});

describe('what is not traced', () => {
  let collector: OtlpReceiver;
  const running: { stop: () => unknown }[] = [];

  beforeAll(async () => {
    collector = await OtlpReceiver.start();
  });
  afterAll(() => collector.stop());
  afterEach(async () => {
    for (const program of running.splice(0).reverse()) await program.stop();
  });

  async function start(settings: NodeJS.ProcessEnv): Promise<Api> {
    const api = await startApi({
      FACE_V3_TRITON_URL: '127.0.0.1:1',
      FACE_V3_TRITON_HEALTHCHECK: 'false',
      OTEL_BSP_SCHEDULE_DELAY: delay,
      NODE_OPTIONS: reportSdk,
      ...settings,
    });
    running.push(api);
    return api;
  }

  it('is everything while nothing is configured, and then no SDK is loaded', async () => {
    const api = await start({});
    await fetch(`${api.ready.url}/api/v1/model`, {
      headers: { traceparent: `00-${traceId}-${callersSpan}-01` },
    });
    await api.stop();
    expect(api.printed).not.toContain('SDK LOADED');

    const traced = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    expect(traced.printed).toContain('SDK LOADED');
  });

  it.each([
    ['probes', {}, '/healthz', '01'],
    ['what the caller does not sample', {}, '/api/v1/model', '00'],
    ['what the sampler leaves out', { OTEL_TRACES_SAMPLER: 'always_off' }, '/api/v1/model', '01'],
  ])('are %s', async (_what, settings, path, flags) => {
    const api = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...settings });
    await fetch(`${api.ready.url}${path}`, {
      headers: { traceparent: `00-${traceId}-${callersSpan}-${flags}` },
    });
    await api.stop();
    expect(collector.spans).toEqual([]);
  });
});

describe('a collector that does not answer', () => {
  let server: ModelServer;
  let silent: OtlpReceiver;

  beforeAll(async () => {
    server = await startModelServer({});
    silent = await OtlpReceiver.start(false);
  });
  afterAll(async () => {
    await server?.stop();
    silent?.stop();
  });

  it('slows neither requests nor the end, and is told of once', async () => {
    const settings = { FACE_V3_TRITON_URL: server.ready.addresses[0], FACE_V3_ENV: 'local' };
    const plain = await startApi(settings);
    const endpoints = [silent.url, 'http://127.0.0.1:9'];
    const traced = await Promise.all(
      endpoints.map((url) =>
        startApi({
          ...settings,
          OTEL_EXPORTER_OTLP_ENDPOINT: url,
          OTEL_EXPORTER_OTLP_TIMEOUT: '500',
          OTEL_BSP_SCHEDULE_DELAY: delay,
        }),
      ),
    );
    const apis = [plain, ...traced];
    const durations = apis.map((): number[] => []);
    // In turn, so that whatever else the machine does slows all of them alike.
    for (let round = 0; round < 15; round++) {
      for (const [index, api] of apis.entries()) {
        const start = performance.now();
        expect((await embed(api.ready.url)).status).toBe(200);
        durations[index]?.push(performance.now() - start);
      }
    }
    const [usual = Number.NaN, ...others] = durations.map(median);
    for (const other of others) expect(other).toBeLessThan(1.5 * usual + 10);

    for (const api of traced) {
      await expect.poll(() => api.printed, { timeout: 10_000 }).toContain('Traces cannot be delivered to');
      const start = performance.now();
      expect(await api.stop()).toBe(0);
      expect(performance.now() - start).toBeLessThan(8_000);
      expect(api.printed.split('Traces cannot be delivered')).toHaveLength(2);
    }
    await plain.stop();
  });
});

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
