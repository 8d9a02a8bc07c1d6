import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { status } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { optionsFor } from '../../test/scripted-server.js';
import { InferenceLimit } from '../calls/inference-limit.js';
import { SharedMemory } from '../shared-memory/shared-memory.js';
import { TritonClient } from '../triton-client.js';
import { TritonConnection } from '../connection/triton-connection.js';

it('stands for a text that Node has dropped because it ends with a blank', async () => {
  const server = createServer();
  server.on('stream', (stream) => {
    stream.respond(
      {
        'content-type': 'application/grpc',
        'grpc-status': '3',
        'grpc-message': 'Expected [-1,2], got [1,3]. ',
      },
      { endStream: true },
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const options = optionsFor(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  const connection = new TritonConnection(options);
  const client = new TritonClient(
    connection,
    new SharedMemory(connection, options),
    new InferenceLimit(options),
  );
  const context = { signal: new AbortController().signal, deadline: Date.now() + 10_000 };
  await expect(client.infer('nobatch', [], {}, context)).rejects.toMatchObject({
    code: 'triton_failed',
    message: expect.stringContaining("'nobatch'") as string,
    cause: {
      code: status.INVALID_ARGUMENT,
      message: 'INVALID_ARGUMENT: the model server gave no reason, or it was lost on the way',
    },
  });
  await connection.onApplicationShutdown();
  server.close();
});
