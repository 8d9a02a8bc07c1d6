import { once } from 'node:events';
import { type Server, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { slowReaders } from './slow-readers.middleware.js';

/** More than the buffers of two sockets hold. */
const answer = Buffer.alloc(64 * 1024 * 1024);

describe('a caller who does not read the answer', () => {
  let server: Server;
  let client: Socket;
  let asked: number[];
  let allowed: number;

  beforeEach(async () => {
    asked = [];
    allowed = 200;
    const bound = slowReaders((bytes) => {
      asked.push(bytes);
      return allowed;
    });
    server = createServer((request, response) => {
      bound(request, response, () => {
        const body = request.url === '/large' ? answer : Buffer.from('short');
        response.setHeader('content-length', body.length);
        response.end(body);
        server.emit('test:answered', response);
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => undefined);
  });

  afterEach(() => {
    client.destroy();
    server.close();
  });

  it('loses the connection, and the answer its memory', async () => {
    client.pause();
    const answered = once(server, 'test:answered') as Promise<[ServerResponse]>;
    client.write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n');
    const [response] = await answered;
    const start = performance.now();
    await once(response, 'close');
    expect(response.writableFinished).toBe(false);
    expect(performance.now() - start).toBeLessThan(2000);
    expect(asked).toEqual([answer.length]);
  });

  it('is left alone who reads', async () => {
    allowed = 60_000;
    let received = 0;
    client.on('data', (chunk: Buffer) => (received += chunk.length));
    const answered = once(server, 'test:answered') as Promise<[ServerResponse]>;
    client.write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n');
    const [response] = await answered;
    await once(response, 'close');
    expect(response.writableFinished).toBe(true);
    client.write('GET /short HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await once(client, 'close');
    expect(received).toBeGreaterThan(answer.length + 'short'.length);
  });
});
