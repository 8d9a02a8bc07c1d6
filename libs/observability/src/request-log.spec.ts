import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { pinoHttp } from 'pino-http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noteFailure, requestLog, type RequestFacts } from './request-log.js';

describe('the log of a request', () => {
  let server: Server;
  let lines: Record<string, unknown>[];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let url: string;
  let facts: RequestFacts;

  beforeEach(async () => {
    lines = [];
    facts = {};
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
        done();
      },
    });
    const log = pinoHttp(
      { level: 'debug', ...requestLog({ requestId: () => 'id-1', facts: () => facts, linesPerSecond: 3 }) },
      stream,
    );
    server = createServer((request, response) => {
      log(request, response);
      answer(request, response);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function send(path: string): Promise<void> {
    const headers = { 'x-api-key': 'secret-key' };
    await (await fetch(`${url}${path}`, { method: 'POST', headers, body: 'secret-photo' })).text();
  }

  it('is one line without keys, queries and bodies', async () => {
    answer = (_request, response) => response.end('secret-embedding');
    await send('/api/v1/embeddings?key=secret-query');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 30,
      request_id: 'id-1',
      method: 'POST',
      route: '/api/v1/embeddings',
      status: 200,
      duration_ms: expect.any(Number) as number,
    });
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  it('names the pattern of the handler instead of the path', async () => {
    answer = (request, response) => {
      Object.assign(request, { route: { path: '/things/:id' } });
      response.end();
    };
    await send('/things/4711');
    expect(lines[0]).toMatchObject({ route: '/things/:id' });
  });

  it('holds what the app knows of the request', async () => {
    facts = { trace_id: '0af7', images: 2, faces: 3, candidates: undefined };
    answer = (_request, response) => response.end();
    await send('/x');
    expect(lines[0]).toMatchObject({ trace_id: '0af7', images: 2, faces: 3 });
    expect(lines[0]).not.toHaveProperty('candidates');
    expect(lines[0]).not.toHaveProperty('skipped');
  });

  it('is left out under overload, and counted by a later one', async () => {
    answer = (_request, response) => response.end();
    await Promise.all(Array.from({ length: 150 }, () => send('/x')));
    const counted = lines.reduce((sum, { skipped }) => sum + Number(skipped ?? 0) + 1, 0);
    expect(lines.length).toBeLessThan(75);
    expect(counted).toBeGreaterThan(50);
    expect(counted).toBeLessThanOrEqual(150);
  });

  it('holds the error of a failure', async () => {
    answer = (_request, response) => {
      noteFailure(response, new Error('it broke', { cause: new Error('because of this') }));
      response.statusCode = 502;
      response.end();
    };
    await send('/x');
    expect(lines[0]).toMatchObject({ level: 50, status: 502 });
    expect(JSON.stringify(lines[0]?.['err'])).toMatch(/it broke.*because of this/);
  });

  it.each([
    ['/x', 404, 40],
    ['/healthz/ready', 503, 20],
  ])('of %s with %i has level %i', async (path, status, level) => {
    answer = (_request, response) => {
      response.statusCode = status;
      response.end();
    };
    await send(path);
    expect(lines[0]).toMatchObject({ status, level });
    expect(lines[0]).not.toHaveProperty('err');
  });

  it('says when the caller did not wait for the answer', async () => {
    const arrived = once(server, 'test:arrived') as Promise<[ServerResponse]>;
    answer = (_request, response) => server.emit('test:arrived', response);
    const caller = new AbortController();
    const call = fetch(url, { signal: caller.signal });
    const [response] = await arrived;
    const closed = once(response, 'close');
    caller.abort();
    await expect(call).rejects.toThrow();
    await closed;
    expect(lines[0]).toMatchObject({ status: 499, level: 40 });
  });
});
