import { existsSync, readdirSync } from 'node:fs';
import {
  type InferenceContext,
  KserveServer,
  type Model,
  type ModelRequest,
  ProtocolError,
  SharedBytes,
  type Tensor,
} from '@face/kserve';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { floats, optionsFor } from '../../test/scripted-server.js';
import { InferenceLimit } from '../calls/inference-limit.js';
import type { InputTensor } from '../tensors/input-tensor.js';
import { TritonClient } from '../triton-client.js';
import { TritonConnection } from '../connection/triton-connection.js';
import type { SharedMemoryMode } from '../triton-options.js';
import { SharedMemory } from './shared-memory.js';

const folder = '/dev/shm';
const pictureBytes = 300_000;
const output = { sum: { name: 'sum', datatype: 'FP64', shape: [1] } } as const;

/** Adds up the bytes of its first input, when the gate is open. */
class SumModel implements Model {
  readonly ready = true;
  readonly definition = {
    name: 'sum',
    version: 1,
    platform: 'test',
    backend: 'test',
    maxBatchSize: 0,
    inputs: [
      { name: 'picture', datatype: 'UINT8', dims: [-1] },
      { name: 'scale', datatype: 'FP32', dims: [2] },
    ],
    outputs: [{ name: 'sum', datatype: 'FP64', dims: [1] }],
    parameters: {},
    instances: 1,
  } as const;
  gate: Promise<unknown> = Promise.resolve();
  refusal: ProtocolError | undefined;
  begun = Promise.withResolvers<void>();
  /** How the last picture came. */
  last: 'shared' | 'raw' = 'raw';
  readonly places: string[] = [];

  async infer({ inputs }: ModelRequest, context: InferenceContext): Promise<{ outputs: Tensor[] }> {
    const { data } = inputs.get('picture') ?? {};
    this.last = data instanceof SharedBytes ? 'shared' : 'raw';
    if (data instanceof SharedBytes) this.places.push(`${data.descriptor}:${data.position}`);
    this.begun.resolve();
    if (this.refusal !== undefined) throw this.refusal;
    await this.gate;
    if (context.signal.aborted) throw new ProtocolError(status.CANCELLED, 'CANCELLED');
    const bytes = data instanceof SharedBytes ? data.read() : (data ?? new Uint8Array());
    const sum = Float64Array.of(bytes.reduce((total, byte) => total + byte, 0));
    return { outputs: [{ name: 'sum', datatype: 'FP64', shape: [1], data: new Uint8Array(sum.buffer) }] };
  }
}

describe.skipIf(!existsSync(folder))('SharedMemory between a client and a server on one host', () => {
  const cleanups: (() => unknown)[] = [];
  let model: SumModel;

  beforeEach(() => {
    model = new SumModel();
  });

  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    expect(ownFiles()).toEqual([]);
  });

  async function serve({ address = '127.0.0.1:0', offered = true, maxRegions = 100 } = {}) {
    const server = new KserveServer([model], {
      name: 'test',
      version: '1',
      maxMessageBytes: 2 ** 24,
      report: (_, error) => {
        throw error;
      },
      sharedMemory: offered ? { folder, maxRegions } : undefined,
    });
    const bound = await server.listen(address);
    const stop = () => server.close(0);
    cleanups.push(stop);
    return { address: bound, stop };
  }

  function connect(address: string, sharedMemory: SharedMemoryMode = 'auto') {
    const options = optionsFor(address, { sharedMemory });
    const connection = new TritonConnection(options);
    const close = () => connection.onApplicationShutdown();
    cleanups.push(close);
    return {
      client: new TritonClient(
        connection,
        new SharedMemory(connection, options),
        new InferenceLimit(options),
      ),
      close,
    };
  }

  type Client = ReturnType<typeof connect>['client'];

  async function ask(client: Client, fill: number, signal = new AbortController().signal): Promise<void> {
    const half = new Uint8Array(pictureBytes / 2).fill(fill);
    const picture: InputTensor = {
      name: 'picture',
      datatype: 'UINT8',
      shape: [pictureBytes],
      data: [half, half],
    };
    const inputs = [picture, floats('scale', [2], [1, 1])];
    const context = { signal, deadline: Date.now() + 10_000 };
    const { sum } = await client.infer('sum', inputs, output, context);
    expect(new Float64Array(new Uint8Array(sum.data).buffer)[0]).toBe(fill * pictureBytes);
  }

  /** Regions are made beside the requests, which do not wait for them. */
  async function askUntil(client: Client, how: 'shared' | 'raw'): Promise<void> {
    do await ask(client, 1);
    while (model.last !== how);
  }

  const ownFiles = () => readdirSync(folder).filter((name) => name.startsWith(`face-search-${process.pid}-`));

  it('puts large tensors there and sends small ones raw, and uses a region again and again', async () => {
    const { client } = connect((await serve()).address);
    await ask(client, 3);
    expect(model.last).toBe('raw');
    await askUntil(client, 'shared');
    for (let fill = 0; fill < 5; fill++) await ask(client, fill);
    expect(new Set(model.places).size).toBe(1);
    expect(ownFiles()).toHaveLength(1);
  });

  it('keeps the pictures of concurrent requests apart', async () => {
    const { client } = connect((await serve()).address);
    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 12 }, (_, index) => ask(client, index + 1)));
    }
    expect(model.last).toBe('shared');
    expect(ownFiles().length).toBeGreaterThan(1);
  });

  it.each(['off', 'auto'] as const)('sends all raw when it is %s or not offered', async (mode) => {
    const { client } = connect((await serve({ offered: mode === 'off' })).address, mode);
    for (let call = 0; call < 5; call++) await ask(client, 1);
    expect([model.last, model.places, ownFiles()]).toEqual(['raw', [], []]);
  });

  it('sends raw what there is no region for', async () => {
    const { client } = connect((await serve({ maxRegions: 1 })).address);
    await askUntil(client, 'shared');
    const gate = Promise.withResolvers<void>();
    model.gate = gate.promise;
    const both = [ask(client, 1), ask(client, 2)];
    gate.resolve();
    await Promise.all(both);
    expect(model.last).toBe('raw');
  });

  it('sends a request once more, raw, when the server was started anew, and registers again', async () => {
    const first = await serve();
    const { client } = connect(first.address);
    await askUntil(client, 'shared');
    await first.stop();
    await serve({ address: first.address });
    await ask(client, 5);
    await askUntil(client, 'shared');
    expect(ownFiles()).toHaveLength(1);
  });

  it('never writes to a region again that a cancelled call may still be reading', async () => {
    const { client } = connect((await serve()).address);
    await askUntil(client, 'shared');
    const [before] = ownFiles();
    const gate = Promise.withResolvers<void>();
    model.gate = gate.promise;
    model.begun = Promise.withResolvers();
    const controller = new AbortController();
    const cancelled = ask(client, 7, controller.signal);
    await model.begun.promise;
    controller.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(ownFiles()).not.toContain(before);
    gate.resolve();
    await askUntil(client, 'shared');
    expect(ownFiles()).not.toContain(before);
  });

  it('uses a region again after a refusal of a full queue', async () => {
    const { client } = connect((await serve()).address);
    await askUntil(client, 'shared');
    const before = ownFiles();
    model.refusal = new ProtocolError(status.UNAVAILABLE, 'Exceeds maximum queue size');
    await expect(ask(client, 1)).rejects.toMatchObject({ code: 'overloaded' });
    expect(ownFiles()).toEqual(before);
  });

  it('leaves neither files nor regions behind when it is closed', async () => {
    const { address } = await serve({ maxRegions: 1 });
    const { client, close } = connect(address);
    await askUntil(client, 'shared');
    await close();
    expect(ownFiles()).toEqual([]);
    // The only place is free again.
    await askUntil(connect(address).client, 'shared');
  });
});
