import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ErrorAnswer, postJson, request } from './support/client.js';
import { samplePhoto } from './support/photos.js';
import { Product } from './support/product.js';
import { RawConnection, head, sendUntilClosed, statusesOf } from './support/raw-http.js';

const key = 'a-key-with-more-than-16-characters';
const origin = 'https://app.example.com';
const json = 'Content-Type: application/json';
const withKey = ['Host: x', `X-API-KEY: ${key}`];

/** What no answer may hold: paths, stacks, names and versions of what the server is made of. */
const inside =
  /node_modules|\/(tmp|work|home|root|opt|usr|app)\/|\.(js|ts|mjs|so)\b|\bat .+:\d+:\d+|node\/|v?\d+\.\d+\.\d+|express|nest|grpc-js|127\.0\.0\.1|unix:/i;

describe('HTTP that means no good', () => {
  let product: Product;
  let embeddings: string;

  beforeAll(async () => {
    product = await Product.start({
      api: {
        FACE_V3_ENV: 'production',
        FACE_V3_API_KEY: key,
        FACE_V3_CORS_ORIGINS: origin,
        FACE_V3_REQUEST_TIMEOUT_SECONDS: '5',
        FACE_V3_MAX_CONNECTIONS: '200',
      },
    });
    embeddings = `${product.url}/api/v1/embeddings`;
  });

  afterAll(() => product.stop());

  const post = (...lines: readonly string[]) =>
    head('POST /api/v1/embeddings HTTP/1.1', ...withKey, ...lines);
  const live = head('GET /healthz/live HTTP/1.1', 'Host: x');
  const lastLive = head('GET /healthz/live HTTP/1.1', 'Host: x', 'Connection: close');
  const open = () => RawConnection.open(product.url);

  /** The answer of a request that is refused before it is one: JSON as everywhere, and the end of the connection. */
  function expectRefusal(received: string, status: number, code: string): void {
    expect(statusesOf(received)).toEqual([status]);
    const [headers = '', body = ''] = received.split('\r\n\r\n');
    expect(headers).toMatch(/\r\nConnection: close/i);
    const answer = JSON.parse(body) as ErrorAnswer;
    expect(answer.code).toBe(code);
    expect(answer.detail).toMatch(/\w+ \w+/);
    expect(headers).toContain(answer.request_id);
    expect(received).not.toMatch(
      inside.source.includes('|') ? /node_modules|at .+:\d+:\d+|llhttp|HPE_/ : /$^/,
    );
  }

  describe('with too much of it', () => {
    it('is answered 431 when its headers are too large', async () => {
      const large = head('GET /healthz HTTP/1.1', 'Host: x', `X-Large: ${'a'.repeat(20_000)}`);
      expectRefusal(await sendUntilClosed(product.url, large), 431, 'headers_too_large');
      const many = Array.from({ length: 5000 }, (_, index) => `X-${index}: ${index}`);
      expectRefusal(
        await sendUntilClosed(product.url, head('GET /healthz HTTP/1.1', 'Host: x', ...many)),
        431,
        'headers_too_large',
      );
      const long = head(`GET /healthz?${'a'.repeat(20_000)} HTTP/1.1`, 'Host: x');
      expectRefusal(await sendUntilClosed(product.url, long), 431, 'headers_too_large');
    });

    it('is answered 413 when its body is too large, announced or not', async () => {
      const announced = await open();
      announced.send(post(json, 'Content-Length: 99999999999'));
      expect(statusesOf(await announced.until(/"code"/))).toEqual([413]);
      announced.socket.destroy();
      const chunked = await open();
      chunked.send(post('Content-Type: image/jpeg', 'Transfer-Encoding: chunked'));
      const megabyte = Buffer.concat([
        Buffer.from('100000\r\n'),
        Buffer.alloc(0x100000),
        Buffer.from('\r\n'),
      ]);
      for (let sent = 0; sent < 12 && !chunked.received.includes('HTTP/1.1'); sent++) chunked.send(megabyte);
      expect(statusesOf(await chunked.until(/"code"/))).toEqual([413]);
      chunked.socket.destroy();
    });

    it('gets no further connection than the setting allows', async () => {
      const connections = await Promise.all(Array.from({ length: 230 }, open));
      // Answers end connections, and so make room: not before all that are too many were closed.
      const { promise: allTooMany, resolve } = Promise.withResolvers<void>();
      let closed = 0;
      const ends = connections.map((connection) =>
        connection.end().finally(() => {
          if (++closed === 30) resolve();
        }),
      );
      await allTooMany;
      for (const connection of connections) connection.send(lastLive);
      const answers = await Promise.all(ends);
      const answered = answers.filter((answer) => statusesOf(answer)[0] === 200).length;
      expect(answered).toBeGreaterThan(150);
      expect(answered).toBeLessThanOrEqual(200);
      expect((await request(`${product.url}/healthz/live`)).status).toBe(200);
    });
  });

  describe('that takes its time', () => {
    it('loses the connection when its headers do not come, byte by byte or not at all', async () => {
      const start = performance.now();
      const silent = await open();
      const dripping = await open();
      const timer = setInterval(() => dripping.send('X'), 500);
      dripping.send('GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ');
      const answers = await Promise.all([silent.end(), dripping.end()]);
      clearInterval(timer);
      const seconds = (performance.now() - start) / 1000;
      expect(seconds).toBeGreaterThan(14);
      expect(seconds).toBeLessThan(20);
      for (const answer of answers) expectRefusal(answer, 408, 'request_timeout');
    });

    it('is answered at the deadline when its body does not come, and waited for no longer', async () => {
      const start = performance.now();
      const slow = await open();
      slow.send(post(json, 'Content-Length: 1000'));
      const timer = setInterval(() => slow.send(' '), 200);
      const answered = await slow.until(/"code"/);
      expect(statusesOf(answered)).toEqual([504]);
      expect(performance.now() - start).toBeLessThan(6000);
      await slow.end();
      clearInterval(timer);
      expect(performance.now() - start).toBeLessThan(12_000);
    });

    it('leaves everybody else alone: hundred slow callers, and answers in time', async () => {
      const slow = await Promise.all(Array.from({ length: 100 }, open));
      for (const [index, connection] of slow.entries()) {
        connection.send(index % 2 === 0 ? 'GET / HTTP/1.1\r\nX' : post(json, 'Content-Length: 1000'));
      }
      const start = performance.now();
      for (let count = 0; count < 20; count++) {
        expect((await request(`${product.url}/healthz/live`)).status).toBe(200);
      }
      expect((performance.now() - start) / 20).toBeLessThan(200);
      for (const { socket } of slow) socket.destroy();
    });
  });

  describe('in a pipeline', () => {
    it('is answered in its order', async () => {
      const body = '{"images":[]}';
      const received = await sendUntilClosed(
        product.url,
        live +
          post(json, `Content-Length: ${body.length}`) +
          body +
          head('GET /nothing HTTP/1.1', 'Host: x') +
          lastLive,
      );
      expect(statusesOf(received)).toEqual([200, 422, 404, 200]);
    });

    it('gets no more attention than others: a thousand requests at once, and answers for others in time', async () => {
      const pipeline = await open();
      pipeline.send(live.repeat(1000) + lastLive);
      const start = performance.now();
      expect((await request(`${product.url}/healthz/live`)).status).toBe(200);
      expect(performance.now() - start).toBeLessThan(5000);
      const statuses = statusesOf(await pipeline.end());
      expect(statuses).toHaveLength(1001);
      expect(new Set(statuses)).toEqual(new Set([200]));
    });

    it('is not answered out of turn when rubbish follows', async () => {
      const received = await sendUntilClosed(product.url, `${live}RUBBISH\r\n\r\n`);
      expect([[], [200], [200, 400]]).toContainEqual(statusesOf(received));
    });
  });

  describe('that is read differently by others', () => {
    const smuggled = head('GET /healthz/live HTTP/1.1', 'Host: smuggled');

    it.each([
      ['a length beside chunks', ['Content-Length: 6', 'Transfer-Encoding: chunked'], `0\r\n\r\n${smuggled}`],
      ['chunks beside a length', ['Transfer-Encoding: chunked', 'Content-Length: 6'], `0\r\n\r\n${smuggled}`],
      ['two lengths', ['Content-Length: 2', 'Content-Length: 60'], `{}${smuggled}`],
      ['two equal lengths', ['Content-Length: 2', 'Content-Length: 2'], `{}${smuggled}`],
      ['a list of lengths', ['Content-Length: 2, 60'], `{}${smuggled}`],
      ['a length with a sign', ['Content-Length: +2'], `{}${smuggled}`],
      ['a length below zero', ['Content-Length: -1'], smuggled],
      ['a length in hexadecimal', ['Content-Length: 0x2'], `{}${smuggled}`],
      ['a blank before the colon', ['Content-Length : 2'], `{}${smuggled}`],
      [
        'a folded header',
        ['X-Folded: a', ' Transfer-Encoding: chunked', 'Content-Length: 2'],
        `{}${smuggled}`,
      ],
      ['an unknown coding', ['Transfer-Encoding: chunked, identity'], `0\r\n\r\n${smuggled}`],
      ['a coding that only ends alike', ['Transfer-Encoding: xchunked'], `0\r\n\r\n${smuggled}`],
      ['a chunk size that is none', ['Transfer-Encoding: chunked'], `zz\r\n{}\r\n0\r\n\r\n${smuggled}`],
      [
        'a chunk size beyond all numbers',
        ['Transfer-Encoding: chunked'],
        `fffffffffffffffff\r\n{}${smuggled}`,
      ],
      ['a chunk longer than it says', ['Transfer-Encoding: chunked'], `2\r\n{}{}\r\n0\r\n\r\n${smuggled}`],
      ['line feeds alone in chunks', ['Transfer-Encoding: chunked'], `2\n{}\n0\n\n${smuggled}`],
      ['a zero byte in a header', ['X-Zero: a\0b', 'Content-Length: 2'], `{}${smuggled}`],
      [
        'a bare carriage return',
        ['X-Return: a\rTransfer-Encoding: chunked', 'Content-Length: 2'],
        `{}${smuggled}`,
      ],
    ])('is refused, with all behind it: %s', async (_name, lines, body) => {
      expectRefusal(await sendUntilClosed(product.url, post(json, ...lines), body), 400, 'malformed_request');
    });

    it.each([
      ['no HTTP at all', 'EHLO example.com\r\n\r\n'],
      ['TLS', Buffer.from('16030100a5010000a10303', 'hex')],
      ['HTTP/2 without having asked', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
      ['an unknown version', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n'],
    ])('is refused: %s', async (_name, bytes) => {
      expectRefusal(await sendUntilClosed(product.url, bytes), 400, 'malformed_request');
    });

    it('is refused without a host', async () => {
      expect(statusesOf(await sendUntilClosed(product.url, head('GET /healthz HTTP/1.1')))).toEqual([400]);
    });

    it('is answered once, and never continued, with an expectation that nobody knows', async () => {
      const received = await sendUntilClosed(
        product.url,
        head('GET /healthz/live HTTP/1.1', 'Host: x', 'Expect: miracles', 'Connection: close'),
      );
      expect(statusesOf(received)).toEqual([200]);
    });
  });

  describe('with a bomb in it', () => {
    it.each(['gzip', 'deflate', 'br', 'zstd', 'gzip, gzip', 'x-unknown'])(
      'is answered 415 when it is compressed (%s), unread',
      async (encoding) => {
        const bomb = gzipSync(Buffer.alloc(50_000_000));
        const { status, body } = await request<ErrorAnswer>(embeddings, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'content-encoding': encoding, 'x-api-key': key },
          body: bomb,
        });
        expect([status, body.code]).toEqual([415, 'unsupported_media_type']);
      },
    );

    it.each([
      ['/api/v1/embeddings', 'brackets', '['.repeat(20_000_000)],
      ['/api/v1/embeddings', 'braces', '{"a":'.repeat(2_000_000)],
      ['/api/v1/embeddings', 'empty lists', `[${'[],'.repeat(10_000_000)}[]]`],
      ['/api/v1/embeddings', 'brackets in a photo', `{"images":[{"data":${'['.repeat(10_000_000)}`],
      ['/api/v1/rerank', 'brackets', '['.repeat(10_000_000)],
      ['/api/v1/rerank', 'brackets of a usual size', '['.repeat(900_000)],
      ['/api/v1/rerank', 'empty lists', `[${'[],'.repeat(5_000_000)}[]]`],
      ['/api/v1/merge', 'brackets in an embedding', `{"embeddings":[${'['.repeat(5_000_000)}`],
    ])(
      'is refused by %s when its JSON is nothing but %s, and keeps nobody waiting',
      async (path, _name, body) => {
        let longest = 0;
        let done = false;
        const others = (async () => {
          while (!done) {
            const start = performance.now();
            await request(`${product.url}/healthz/live`);
            longest = Math.max(longest, performance.now() - start);
          }
        })();
        const response = await fetch(product.url + path, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-api-key': key },
          body,
        });
        done = true;
        await others;
        expect([413, 422]).toContain(response.status);
        expect(await response.text()).not.toMatch(inside);
        expect(longest).toBeLessThan(1000);
      },
    );

    it.each([
      ['/api/v1/embeddings', '{"images":[{"data":"AAAA"}],"__proto__":{"return_aligned_faces":true}}'],
      ['/api/v1/embeddings', '{"images":[{"data":"AAAA","__proto__":{"id":"x"}}]}'],
      ['/api/v1/embeddings', '{"images":[{"data":"AAAA"}],"constructor":{"prototype":{"polluted":1}}}'],
      ['/api/v1/embeddings', '{"images":{"__proto__":[],"length":1}}'],
      [
        '/api/v1/rerank',
        '{"query_embedding":[1],"candidates":[{"id":"a","embedding":[1],"__proto__":{"x":1}}]}',
      ],
      ['/api/v1/rerank', '{"__proto__":{"query_embedding":[1],"candidates":[{"id":"a","embedding":[1]}]}}'],
      ['/api/v1/rerank', '{"query_embedding":[1],"candidates":[{"id":"a","embedding":{"__proto__":[1]}}]}'],
      ['/api/v1/merge', '{"embeddings":[[1]],"constructor":{"prototype":{"polluted":1}}}'],
    ])('is refused by %s with keys of the prototype: %s', async (path, body) => {
      const response = await fetch(product.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': key },
        body,
      });
      expect([400, 422]).toContain(response.status);
      expect(((await response.json()) as ErrorAnswer).code).toBe('validation_failed');
    });

    it('is refused with keys of the prototype in a query and in a form', async () => {
      const query = await request<ErrorAnswer>(`${embeddings}?__proto__=1&constructor[prototype][x]=1`, {
        method: 'POST',
        headers: { 'content-type': 'image/jpeg', 'x-api-key': key },
        body: new Uint8Array(samplePhoto('sample1.jpg')),
      });
      expect([query.status, query.body.errors?.map(({ path }) => path)]).toEqual([
        422,
        ['__proto__', 'constructor[prototype][x]'],
      ]);
      const form = new FormData();
      form.append('images', new Blob([new Uint8Array(samplePhoto('sample1.jpg'))]), 'a.jpg');
      form.append('__proto__', 'true');
      const sent = await request<ErrorAnswer>(embeddings, {
        method: 'POST',
        headers: { 'x-api-key': key },
        body: form,
      });
      expect([sent.status, sent.body.errors?.[0]?.path]).toEqual([422, '__proto__']);
    });
  });

  describe('from a browser', () => {
    it('is told by headers to show, run and keep nothing', async () => {
      const { headers } = await request(`${product.url}/healthz`);
      expect(Object.fromEntries(headers)).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy':
          "default-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'none'",
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'strict-transport-security': 'max-age=31536000',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
      expect(headers.has('x-powered-by')).toBe(false);
      expect(headers.has('server')).toBe(false);
    });

    const preflight = (from: string) =>
      fetch(embeddings, {
        method: 'OPTIONS',
        headers: {
          origin: from,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type,x-api-key',
        },
      });

    it('may come from the pages of the setting', async () => {
      const { status, headers } = await preflight(origin);
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-origin')).toBe(origin);
      expect(headers.get('access-control-allow-headers')).toContain('X-API-KEY');
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      const refused = await request(embeddings, { method: 'POST', headers: { origin } });
      expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, origin]);
      expect(refused.headers.get('vary')).toMatch(/Origin/);
    });

    it.each([
      'https://evil.example.com',
      'http://app.example.com',
      'https://app.example.com.evil.com',
      'null',
    ])('may not come from %s', async (other) => {
      expect((await preflight(other)).headers.get('access-control-allow-origin')).toBeNull();
    });
  });

  it('learns nothing of the inside from any refusal', async () => {
    const photo = samplePhoto('sample1.jpg').toString('base64');
    const bodies: readonly (readonly [string, unknown])[] = [
      ['/api/v1/embeddings', { images: [] }],
      ['/api/v1/embeddings', { images: [{ data: '§' }] }],
      ['/api/v1/embeddings', { images: [{ data: 'AAAA' }] }],
      ['/api/v1/embeddings', { images: [{ data: photo.slice(0, 200) }] }],
      ['/api/v1/embeddings', { images: Array.from({ length: 9 }, () => ({ data: 'AAAA' })) }],
      ['/api/v1/detections', { images: [{ data: Buffer.from('<svg/>').toString('base64') }] }],
      ['/api/v1/rerank', { query_embedding: [1, 2], candidates: [{ id: 'a', embedding: [1, 2] }] }],
      ['/api/v1/rerank', { query_embedding: [], candidates: [{ id: 'a', embedding: [] }] }],
      ['/api/v1/rerank', { query_embedding: 'AAAA', candidates: [{ id: 'a', embedding: '§' }] }],
      ['/api/v1/merge', { embeddings: [[0]], contract_id: 'other' }],
      ['/api/v1/nothing', {}],
      ['/%ff', {}],
      ['/healthz', {}],
    ];
    const answers = await Promise.all(
      bodies.flatMap(([path, body]) => [
        postJson<ErrorAnswer>(product.url + path, body, { 'x-api-key': key }),
        postJson<ErrorAnswer>(product.url + path, body),
      ]),
    );
    for (const { status, body, headers } of answers) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(Object.keys(body)).toEqual(expect.arrayContaining(['detail', 'code', 'request_id']));
      const { request_id: id, ...rest } = body;
      expect(id).toBe(headers.get('x-request-id'));
      expect(JSON.stringify(rest)).not.toMatch(inside);
    }
  });

  it('has left the server as it was', async () => {
    const { status } = await postJson(
      embeddings,
      { images: [{ data: samplePhoto('sample1.jpg').toString('base64') }] },
      { 'x-api-key': key },
    );
    expect(status).toBe(200);
    expect(product.api.running).toBe(true);
  });
});

describe('without settings', () => {
  let product: Product;

  beforeAll(async () => {
    product = await Product.start();
  });

  afterAll(() => product.stop());

  it('no page of another origin may call', async () => {
    const { headers, status } = await request(`${product.url}/api/v1/embeddings`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    expect(status).toBe(405);
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('Swagger UI works, with scripts of this server only', async () => {
    const page = await fetch(`${product.url}/docs`);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    const html = await page.text();
    const scripts = [...html.matchAll(/<script\b([^>]*)>([^<]*)/g)];
    expect(scripts.length).toBeGreaterThan(1);
    for (const [, attributes = '', content = ''] of scripts) {
      expect(content.trim()).toBe('');
      const source = /src="([^"]+)"/.exec(attributes)?.[1] ?? '';
      const script = await fetch(new URL(source, page.url));
      expect([script.status, script.headers.get('content-type')]).toEqual([
        200,
        expect.stringMatching(/javascript/),
      ]);
    }
    expect((await request(`${product.url}/openapi.json`)).status).toBe(200);
  });
});
