import { AuthModule, Public } from '@face/auth';
import type { FaceError } from '@face/errors';
import { LoggingModule } from '@face/observability';
import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsNumber, IsOptional } from 'class-validator';
import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { configureApp } from './app.configure.js';
import { authOptions } from './app.module.js';
import { Settings } from './config/settings.js';
import { SettingsModule } from './config/settings.module.js';
import { Endpoint } from './http/endpoint.decorator.js';
import type { ErrorBody } from './http/error-body.js';
import { HttpModule } from './http/http.module.js';
import { RequestContext, requestContextOf, type HttpCallContext } from './http/request-context.js';
import { CheckedBy } from './http/validation/checked-by.decorator.js';
import { listOf } from './http/validation/list-of.js';

class Photos {
  @CheckedBy(
    listOf({
      id: { required: false, fits: (value) => typeof value === 'string', message: 'must be a string' },
      data: {
        required: true,
        fits: (value) => typeof value === 'string' || value instanceof Uint8Array,
        message: 'must be a string',
      },
    }),
  )
  readonly images!: readonly { readonly id?: string; readonly data: string | Uint8Array }[];

  @ApiPropertyOptional()
  @IsOptional()
  @IsBoolean()
  readonly aligned?: boolean;

  @ApiPropertyOptional()
  @IsOptional()
  @IsNumber()
  readonly limit?: number;
}

class Seen {
  readonly images!: readonly string[];
}

/** Tells the tests when a call that never answers is inside: `never` with its signal. */
const inside = new EventEmitter();

@Controller('echo')
class EchoController {
  @Post('photos')
  @Endpoint({
    summary: 'photos',
    body: { type: Photos, accepts: 'images', examples: {} },
    answer: { type: Seen, example: {} },
  })
  photos(@Body() { images, ...flags }: Photos) {
    return {
      images: images.map(({ data }) =>
        typeof data === 'string'
          ? data
          : Buffer.from(data.buffer, data.byteOffset, data.length).toString('base64'),
      ),
      flags,
    };
  }

  @Post('numbers')
  @Endpoint({
    summary: 'numbers',
    body: { type: Photos, accepts: 'json', examples: {} },
    answer: { type: Seen, example: {} },
  })
  numbers(@Body() { images }: Photos) {
    return { images: images.map(() => ''), flags: {} };
  }

  @Post('never')
  @Endpoint({
    summary: 'never',
    body: { type: Photos, accepts: 'images', examples: {} },
    answer: { type: Seen, example: {} },
  })
  never(@RequestContext() { signal }: HttpCallContext): Promise<never> {
    inside.emit('never', signal);
    return new Promise(() => undefined);
  }

  @Get('open')
  @Public()
  open() {
    return { open: true };
  }

  @Get('broken')
  @Public()
  broken(): never {
    throw new Error('secret /path/of/the/server');
  }
}

async function start(
  environment: Record<string, string>,
): Promise<{ app: NestExpressApplication; url: string }> {
  const settings = new Settings({ FACE_V3_TRITON_URL: '127.0.0.1:1', FACE_V3_API_KEY: 'k', ...environment });
  @Module({
    imports: [
      SettingsModule.forRoot(settings),
      LoggingModule.forRoot({
        level: 'fatal',
        pretty: false,
        requestId: (request) => requestContextOf(request).requestId,
        facts: () => ({}),
        linesPerSecond: 1,
      }),
      AuthModule.forRoot(authOptions(settings)),
      HttpModule,
    ],
    controllers: [EchoController],
  })
  class TestModule {}
  const app = await NestFactory.create<NestExpressApplication>(TestModule, {
    bodyParser: false,
    logger: false,
  });
  configureApp(app, settings);
  await app.listen(0, '127.0.0.1');
  return { app, url: await app.getUrl() };
}

interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

async function send<Body = ErrorBody>(url: string, init: RequestInit = {}): Promise<Answer<Body>> {
  const response = await fetch(url, {
    method: 'POST',
    ...init,
    headers: { 'x-api-key': 'k', ...init.headers },
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
}

const json = { 'content-type': 'application/json' };

/** Sends raw bytes and resolves with all that came until the other side closed or the first answer is complete. */
async function exchange(url: string, head: string, ...parts: readonly (string | Buffer)[]): Promise<string> {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString();
    if (/\}$/.test(text)) socket.destroy();
  });
  socket.on('error', () => undefined);
  socket.write(`${head.replaceAll('\n', '\r\n')}\r\n\r\n`);
  for (const part of parts) socket.write(part);
  await once(socket, 'close');
  return text;
}

describe('the way of a request', () => {
  let app: NestExpressApplication;
  let url: string;

  beforeAll(async () => {
    ({ app, url } = await start({
      FACE_V3_MAX_IMAGE_BYTES: '1000',
      FACE_V3_MAX_BATCH_SIZE: '2',
      FACE_V3_MAX_CANDIDATES: '1',
      FACE_V3_EMBEDDING_DIMENSION: '4',
    }));
  });

  afterAll(async () => {
    app.getHttpServer().closeAllConnections();
    await app.close();
  });

  const photos = (init: RequestInit) => send(`${url}/echo/photos`, init);
  const photosOk = (init: RequestInit) =>
    send<{ images: string[]; flags: object }>(`${url}/echo/photos`, init);

  it('brings JSON, forms and bare bodies into one shape', async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const form = new FormData();
    form.append('aligned', 'true');
    form.append('limit', '2.5');
    form.append('images', new Blob([bytes]), 'a.jpg');
    form.append('images', new Blob([bytes]), 'b.jpg');
    const query = `${url}/echo/photos?aligned=true&limit=2.5`;
    const answers = await Promise.all([
      photosOk({
        headers: json,
        body: JSON.stringify({ images: [{ data: 'AQID' }], aligned: true, limit: 2.5 }),
      }),
      photosOk({ body: form }),
    ]);
    const bare = await send(query, { headers: { 'content-type': 'image/jpeg' }, body: bytes });
    const flags = { aligned: true, limit: 2.5 };
    expect(answers.map(({ body }) => body)).toEqual([
      { images: ['AQID'], flags },
      { images: ['AQID', 'AQID'], flags },
    ]);
    expect(bare.body).toEqual({ images: ['AQID'], flags });
  });

  it('reads flags of the query beside every kind of body, which wins', async () => {
    const form = new FormData();
    form.append('images', new Blob([new Uint8Array([1, 2, 3])]), 'a.jpg');
    form.append('limit', '2');
    const body = JSON.stringify({ images: [{ data: 'AQID' }], limit: 2 });
    const query = `${url}/echo/photos?aligned=true&limit=1&utm_source=mail`;
    for (const init of [{ headers: json, body }, { body: form }]) {
      expect((await send<unknown>(query, init)).body).toEqual({
        images: ['AQID'],
        flags: { aligned: true, limit: 2 },
      });
    }
    const text = JSON.stringify({ images: [{ data: 'AQID' }] });
    for (const [wrong, path] of [
      ['aligned=null', 'aligned'],
      ['limit=1&limit=2', 'limit'],
    ] as const) {
      const answer = await send(`${url}/echo/photos?${wrong}`, { headers: json, body: text });
      expect([answer.status, answer.body.errors?.map((error) => error.path)]).toEqual([422, [path]]);
    }
  });

  it('takes null for not given, in the body and in its rows', async () => {
    const body = JSON.stringify({ images: [{ id: null, data: 'AQID' }], aligned: null });
    expect(await photosOk({ headers: json, body })).toMatchObject({
      status: 200,
      body: { images: ['AQID'], flags: {} },
    });
  });

  it.each([
    ['nothing', undefined, 422, 'malformed_body'],
    ['blanks', '  ', 422, 'malformed_body'],
    ['half a body', '{"images":', 422, 'malformed_body'],
    ['NaN', '{"limit": NaN}', 400, 'non_finite_number'],
    ['a string', '"x"', 422, 'validation_failed'],
    ['an array', '[]', 422, 'validation_failed'],
    ['null', 'null', 422, 'validation_failed'],
    ['no image', '{"images":[]}', 422, 'validation_failed'],
    ['an unknown field', '{"images":[{"data":""}],"x":1}', 422, 'validation_failed'],
    [
      'a field named __proto__',
      '{"images":[{"data":""}],"__proto__":{"aligned":true}}',
      422,
      'validation_failed',
    ],
    ['a field named constructor', '{"images":[{"data":""}],"constructor":{}}', 422, 'validation_failed'],
    ['a row field named __proto__', '{"images":[{"data":"","__proto__":{}}]}', 422, 'validation_failed'],
    ['a flag as text', '{"images":[{"data":""}],"aligned":"true"}', 422, 'validation_failed'],
  ])('refuses %s', async (_name, body, status, code) => {
    const answer = await photos({ headers: json, ...(body === undefined ? {} : { body }) });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.request_id).toBe(answer.headers.get('x-request-id'));
  });

  it('names each field that does not fit', async () => {
    const body = JSON.stringify({ images: [{ data: 'A' }, { id: 7 }, 3], limit: 'x' });
    const { body: answer } = await photos({ headers: json, body });
    expect(answer.errors?.map(({ path }) => path).sort()).toEqual([
      'images[1].data',
      'images[1].id',
      'images[2]',
      'limit',
    ]);
  });

  it('stops listing errors where nobody learns from more', async () => {
    const body = JSON.stringify({ images: new Array(30).fill(0) });
    expect((await photos({ headers: json, body })).body.errors).toHaveLength(20);
  });

  it.each([
    ['text/plain', {}],
    ['application/jsonp', {}],
    ['application/json', { 'content-encoding': 'gzip' }],
  ])('answers 415 to %s %o', async (type, headers) => {
    const answer = await photos({ headers: { 'content-type': type, ...headers }, body: '{}' });
    expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_media_type']);
  });

  it('refuses forms that are broken or hold what has no place in them', async () => {
    const other = new FormData();
    other.append('photo', new Blob(['x']), 'a.jpg');
    expect((await photos({ body: other })).body.errors?.[0]?.path).toBe('photo');
    const twice = new FormData();
    twice.append('aligned', 'true');
    twice.append('aligned', 'false');
    twice.append('images', new Blob(['x']), 'a.jpg');
    expect((await photos({ body: twice })).body.errors?.[0]?.path).toBe('aligned');
    const type = 'multipart/form-data; boundary=b';
    for (const disposition of ['form-data; filename="a"', 'form-data']) {
      const body = `--b\r\nContent-Disposition: ${disposition}\r\n\r\nabc\r\n--b--\r\n`;
      const nameless = await photos({ headers: { 'content-type': type }, body });
      expect([nameless.status, nameless.body.code]).toEqual([422, 'validation_failed']);
    }
    const cut = '--b\r\nContent-Disposition: form-data; name="images"; filename="a"\r\n\r\nabc';
    for (const [contentType, body] of [
      [type, cut],
      [type, 'nothing of a form'],
      ['multipart/form-data', cut],
    ] as const) {
      const answer = await photos({ headers: { 'content-type': contentType }, body });
      expect([answer.status, answer.body.code]).toEqual([422, 'malformed_body']);
    }
  });

  it('answers 413 to a body or an image that is too large', async () => {
    const large = JSON.stringify({ images: [{ data: 'A'.repeat(200_000) }] });
    const form = new FormData();
    form.append('images', new Blob([new Uint8Array(1001)]), 'a.jpg');
    for (const init of [
      { headers: json, body: large },
      { body: form },
      { headers: { 'content-type': 'image/png' }, body: new Uint8Array(1001) },
    ]) {
      const answer = await photos(init);
      expect([answer.status, answer.body.code]).toEqual([413, 'payload_too_large']);
    }
  });

  it('answers 413 at once from the announced length, and while a body without one streams', async () => {
    const head = 'POST /echo/photos HTTP/1.1\nHost: x\nX-API-KEY: k\nContent-Type: application/json';
    expect(await exchange(url, `${head}\nContent-Length: 1000000000`)).toMatch(/^HTTP\/1.1 413 /);
    const chunk = Buffer.concat([Buffer.from('30000\r\n'), Buffer.alloc(0x30000, ' '), Buffer.from('\r\n')]);
    expect(await exchange(url, `${head}\nTransfer-Encoding: chunked`, chunk)).toMatch(/^HTTP\/1.1 413 /);
  });

  it('asks for the key before the body, and never invites a body it will not read', async () => {
    const head = 'POST /echo/photos HTTP/1.1\nHost: x\nContent-Type: video/mp4\nContent-Length: 1000000000';
    const answer = await exchange(url, `${head}\nExpect: 100-continue`);
    expect(answer).toMatch(/^HTTP\/1.1 401 /);
    expect(answer).toMatch(/\r\nWWW-Authenticate: /);
    expect(await exchange(url, `${head}\nX-API-KEY: wrong`, Buffer.alloc(100_000))).toMatch(
      /^HTTP\/1.1 401 /,
    );
  });

  it('invites a body that it reads', async () => {
    const body = '{"images":[{"data":"AQID"}]}';
    const head = `POST /echo/photos HTTP/1.1\nHost: x\nX-API-KEY: k\nContent-Type: application/json\nContent-Length: ${body.length}`;
    const answer = await exchange(url, `${head}\nExpect: 100-continue`, body);
    expect(answer).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /);
  });

  it('keeps the connection after a refused body of usual size', async () => {
    const body = 'x'.repeat(300_000);
    const first = `POST /echo/photos HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
      // Not by a word of the body: X-Download-Options says noopen, in the first answer already.
      if (/HTTP\/1.1 \d+ .*HTTP\/1.1 \d+ /s.test(text)) socket.destroy();
    });
    socket.write(`${first}GET /echo/open HTTP/1.1\r\nHost: x\r\n\r\n`);
    await once(socket, 'close');
    expect(text).toMatch(/^HTTP\/1.1 401 [^]+HTTP\/1.1 200 /);
  });

  it('answers 404 and 405 in the same form', async () => {
    const missing = await send(`${url}/nothing`);
    expect([missing.status, missing.body.code]).toEqual([404, 'not_found']);
    const wrong = await send(`${url}/echo/open`, { method: 'DELETE' });
    expect([wrong.status, wrong.body.code]).toEqual([405, 'method_not_allowed']);
    expect(wrong.headers.get('allow')).toBe('GET, HEAD');
    expect((await send(`${url}/%ff`)).status).toBe(404);
  });

  it('tells nothing of its inside', async () => {
    const { status, body, headers } = await send(`${url}/echo/broken`, { method: 'GET' });
    expect([status, body.code]).toEqual([500, 'internal']);
    expect(JSON.stringify(body)).not.toContain('secret');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it.each([
    ['abc 1', true],
    ['x'.repeat(128), true],
    ['x'.repeat(129), false],
    ['\u00e9', false],
  ])('echoes the request id %s: %s', async (id, echoed) => {
    const { headers } = await send(`${url}/echo/open`, { method: 'GET', headers: { 'x-request-id': id } });
    if (echoed) expect(headers.get('x-request-id')).toBe(id);
    else expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('takes as many images in a form as in JSON', async () => {
    const form = new FormData();
    for (const name of ['a', 'b', 'c']) form.append('images', new Blob(['x']), name);
    const answer = await photos({ body: form });
    expect([answer.status, answer.body.code]).toEqual([400, 'too_many_images']);
  });
});

describe('a request that never ends', () => {
  let app: NestExpressApplication;
  let url: string;

  beforeEach(async () => {
    ({ app, url } = await start({
      FACE_V3_REQUEST_TIMEOUT_SECONDS: '0.5',
      FACE_V3_MAX_CONCURRENT_REQUESTS: '1',
    }));
  });

  afterEach(async () => {
    app.getHttpServer().closeAllConnections();
    await app.close();
  });

  /** Sends it and resolves when it is inside, with its signal and what will come of it. */
  async function sendNever(init: RequestInit = {}) {
    const entered = once(inside, 'never') as Promise<[AbortSignal]>;
    const answer = send(`${url}/echo/never`, { headers: json, body: '{"images":[{"data":""}]}', ...init });
    answer.catch(() => undefined);
    const [signal] = await entered;
    return { answer, signal };
  }

  it('is answered at the deadline, and keeps others out only until then', async () => {
    const { answer, signal } = await sendNever();
    const other = { headers: json, body: '{"images":[{"data":"AQID"}]}' };
    const refused = await send(`${url}/echo/photos`, other);
    expect([refused.status, refused.body.code]).toEqual([429, 'overloaded']);
    expect(refused.headers.get('retry-after')).toBe('1');
    // Whoever brings no photos is not in their queue.
    expect((await send(`${url}/echo/numbers`, other)).status).toBe(200);
    const { status, body } = await answer;
    expect([status, body.code]).toEqual([504, 'deadline_exceeded']);
    expect(signal.aborted).toBe(true);
    expect((await send(`${url}/echo/photos`, other)).status).toBe(200);
  });

  it('is given up when the caller hangs up', async () => {
    const caller = new AbortController();
    const { answer, signal } = await sendNever({ signal: caller.signal });
    const aborted = once(signal, 'abort');
    caller.abort();
    await expect(answer).rejects.toThrow();
    await aborted;
    expect((signal.reason as FaceError).code).toBe('cancelled');
  });
});
