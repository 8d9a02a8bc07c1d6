import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OpenResponses } from '../http/open-responses.js';
import { drain } from './drain.js';

describe('draining', () => {
  let server: Server;
  let responses: OpenResponses;
  let port: number;
  /** Given by the server, ended by the test. */
  let waiting: ServerResponse[];

  beforeEach(async () => {
    responses = new OpenResponses();
    waiting = [];
    server = createServer((request, response) => {
      responses.track(request, response, () => waiting.push(response));
      server.emit('test:waiting');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    ({ port } = server.address() as AddressInfo);
  });

  afterEach(() => server.closeAllConnections());

  /** Resolves when the server works on the request; `answer` settles with what comes back. */
  async function send(): Promise<{ answer: Promise<IncomingMessage> }> {
    const request = get({ port, host: '127.0.0.1', headers: { connection: 'keep-alive' } });
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve).once('error', reject);
    });
    answer.catch(() => undefined);
    await once(server, 'test:waiting');
    return { answer };
  }

  it('lets an answer in flight finish, closes its connection and takes nothing new', async () => {
    const { answer } = await send();
    const drained = drain(server, responses, { delaySeconds: 0, graceSeconds: 60 });
    expect(responses.draining).toBe(true);
    const refused = connect(port, '127.0.0.1');
    await expect(once(refused, 'connect')).rejects.toThrow('ECONNREFUSED');
    waiting[0]?.end('done');
    const { statusCode, headers } = await answer;
    expect([statusCode, headers.connection]).toEqual([200, 'close']);
    await drained;
  });

  it('goes on taking requests for a while, says so, and closes each connection behind its answer', async () => {
    const drained = drain(server, responses, { delaySeconds: 0.3, graceSeconds: 60 });
    expect(responses.draining).toBe(true);
    const { answer } = await send();
    waiting[0]?.end('done');
    expect((await answer).headers.connection).toBe('close');
    await drained;
    expect(server.listening).toBe(false);
  });

  it('cuts what is left when the grace is over', async () => {
    const { answer } = await send();
    await drain(server, responses, { delaySeconds: 0, graceSeconds: 0 });
    await expect(answer).rejects.toThrow(/hang up|ECONNRESET/);
  });

  it('does not wait for connections that never sent a request', async () => {
    const idle = connect(port, '127.0.0.1');
    await once(idle, 'connect');
    const closed = once(idle, 'close');
    await drain(server, responses, { delaySeconds: 0, graceSeconds: 60 });
    await closed;
  });
});
