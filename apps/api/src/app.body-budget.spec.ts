import { AuthModule } from '@face/auth';
import { LoggingModule } from '@face/observability';
import { Body, Controller, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configureApp } from './app.configure.js';
import { authOptions } from './app.module.js';
import { Settings } from './config/settings.js';
import { SettingsModule } from './config/settings.module.js';
import { Endpoint } from './http/endpoint.decorator.js';
import type { ErrorBody } from './http/error-body.js';
import { HttpModule } from './http/http.module.js';
import { requestContextOf } from './http/request-context.js';
import { CheckedBy } from './http/validation/checked-by.decorator.js';
import { BodyBudget } from './http/body/body-budget.js';

class Anything {
  @CheckedBy(() => undefined)
  readonly text?: string;
}

class Seen {
  readonly length!: number;
}

const options = {
  summary: 'anything',
  body: { type: Anything, accepts: 'json', examples: {} },
  answer: { type: Seen, example: {} },
} as const;

/** `inside` when a request is held; `go` lets those that are held answer. */
const gate = new EventEmitter();

@Controller()
class TestController {
  @Post('length')
  @Endpoint(options)
  length(@Body() { text = '' }: Anything) {
    return { length: text.length };
  }

  @Post('held')
  @Endpoint(options)
  async held(@Body() { text = '' }: Anything) {
    const go = once(gate, 'go');
    gate.emit('inside');
    await go;
    return { length: text.length };
  }
}

const budgetBytes = 10_000;
const headOf = (path: string, ...lines: readonly string[]) =>
  [
    `POST ${path} HTTP/1.1`,
    'Host: x',
    'X-API-KEY: k',
    'Content-Type: application/json',
    ...lines,
    '',
    '',
  ].join('\r\n');

describe('the bytes of bodies in flight', () => {
  let app: NestExpressApplication;
  let budget: BodyBudget;
  let url: string;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    const settings = new Settings({
      FACE_V3_TRITON_URL: '127.0.0.1:1',
      FACE_V3_API_KEY: 'k',
      FACE_V3_MAX_BODY_BYTES_IN_FLIGHT: String(budgetBytes),
      FACE_V3_REQUEST_TIMEOUT_SECONDS: '2',
    });
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
      controllers: [TestController],
    })
    class TestModule {}
    app = await NestFactory.create<NestExpressApplication>(TestModule, { bodyParser: false, logger: false });
    configureApp(app, settings);
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    budget = app.get(BodyBudget);
  });

  afterEach(async () => {
    gate.emit('go');
    for (const socket of sockets.splice(0)) socket.destroy();
    app.getHttpServer().closeAllConnections();
    await app.close();
  });

  const bodyOf = (bytes: number) => JSON.stringify({ text: 'x'.repeat(bytes - '{"text":""}'.length) });

  async function send(path: string, body: string, headers: Record<string, string> = {}) {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'x-api-key': 'k', 'content-type': 'application/json', ...headers },
      body,
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as ErrorBody };
  }

  /** Sends it and resolves when its handler has it, with the answer that will come. */
  async function hold(bytes: number) {
    const inside = once(gate, 'inside');
    const answer = send('/held', bodyOf(bytes));
    await inside;
    return { answer };
  }

  function open(...parts: readonly string[]): Socket {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    for (const part of parts) socket.write(part);
    sockets.push(socket);
    return socket;
  }

  async function firstLine(socket: Socket): Promise<string> {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    return chunk.toString().split('\r\n')[0] ?? '';
  }

  /** Waits for something that happens on the other side of a connection. */
  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve));
  }

  it('let requests in until they are used up, and others as soon as one is answered', async () => {
    const { answer } = await hold(6000);
    expect(budget.held).toBe(6000);
    expect((await send('/length', bodyOf(4000))).status).toBe(200);
    await until(() => budget.held === 6000);
    const refused = await send('/length', bodyOf(4001));
    expect([refused.status, refused.body.code]).toEqual([429, 'overloaded']);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.body.detail).toContain('10000 bytes');
    expect(budget.held).toBe(6000);
    gate.emit('go');
    expect((await answer).status).toBe(200);
    await until(() => budget.held === 0);
    expect((await send('/length', bodyOf(budgetBytes))).status).toBe(200);
  });

  it('count from the announcement on, so that nobody is invited to send what cannot be taken', async () => {
    const sending = open(headOf('/length', 'Content-Length: 9000'));
    await until(() => budget.held === 9000);
    const invited = open(headOf('/length', 'Content-Length: 2000', 'Expect: 100-continue'));
    expect(await firstLine(invited)).toMatch(/ 429 /);
    sending.write(bodyOf(9000));
    expect(await firstLine(sending)).toMatch(/ 200 /);
    await until(() => budget.held === 0);
  });

  it('count what comes when nothing is announced', async () => {
    const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
    const sending = open(headOf('/length', 'Transfer-Encoding: chunked'), chunk('"'.padEnd(6000, 'x')));
    await until(() => budget.held === 6000);
    const other = open(headOf('/length', 'Transfer-Encoding: chunked'), chunk('"'.padEnd(3000, 'x')));
    await until(() => budget.held === 9000);
    other.write(chunk('x'.repeat(1001)));
    expect(await firstLine(other)).toMatch(/ 429 /);
    sending.write(chunk('"') + chunk(''));
    expect(await firstLine(sending)).toMatch(/ 422 /);
    await until(() => budget.held === 0);
  });

  it('are the largest body that there can be', async () => {
    const refused = await send('/length', bodyOf(budgetBytes + 1));
    expect([refused.status, refused.body.code]).toEqual([413, 'payload_too_large']);
    expect(budget.held).toBe(0);
  });

  it.each([
    ['no JSON', '{"text":', {}, 422],
    ['not of the schema', '{"words":1}', {}, 422],
    ['without a key', '{}', { 'x-api-key': 'wrong' }, 401],
    ['of another type', '{}', { 'content-type': 'text/plain' }, 415],
  ])('are free again after a request that is %s', async (_name, body, headers, status) => {
    expect((await send('/length', body, headers)).status).toBe(status);
    await until(() => budget.held === 0);
  });

  it('are free again when the caller hangs up while sending', async () => {
    const sending = open(headOf('/length', 'Content-Length: 9000'), '{"text":');
    await until(() => budget.held === 9000);
    sending.destroy();
    await until(() => budget.held === 0);
  });

  it('are free again when the caller hangs up while being worked for', async () => {
    const inside = once(gate, 'inside');
    const body = bodyOf(5000);
    const waiting = open(headOf('/held', `Content-Length: ${body.length}`), body);
    await inside;
    expect(budget.held).toBe(5000);
    waiting.destroy();
    await until(() => budget.held === 0);
  });

  it('are free again after the deadline, of a body that never came and of work that never ended', async () => {
    const silent = open(headOf('/length', 'Content-Length: 4000'));
    const { answer } = await hold(5000);
    expect(budget.held).toBe(9000);
    expect(await firstLine(silent)).toMatch(/ 504 /);
    expect((await answer).status).toBe(504);
    await until(() => budget.held === 0);
  });

  it('are free again after each request of a connection', async () => {
    const body = bodyOf(3000);
    const request = headOf('/length', `Content-Length: ${body.length}`) + body;
    const socket = open(request, request, request);
    let answers = 0;
    socket.on('data', (chunk: Buffer) => (answers += chunk.toString().split('HTTP/1.1 200').length - 1));
    await until(() => answers === 3);
    await until(() => budget.held === 0);
  });
});
