import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, type Socket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Metadata, status } from '@grpc/grpc-js';
import { FaceError } from '@face/errors';
import type { ModelInferRequest, Tensor } from '@face/kserve';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  Status,
  ScriptedServer,
  answer,
  configOf,
  floats,
  metadataOf,
  optionsFor,
} from '../test/scripted-server.js';
import { TcpRelay } from '../test/tcp-relay.js';
import type { CallContext } from './calls/call-context.js';
import { type TritonCall, onTritonCall } from './calls/call-timing.js';
import { CallMetadata } from './connection/call-metadata.js';
import { InferenceLimit } from './calls/inference-limit.js';
import { SharedMemory } from './shared-memory/shared-memory.js';
import { TritonClient } from './triton-client.js';
import { TritonConnection } from './connection/triton-connection.js';
import type { TritonOptions } from './triton-options.js';

const cleanups: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(...args: Parameters<typeof ScriptedServer.start>): Promise<ScriptedServer> {
  const server = await ScriptedServer.start(...args);
  cleanups.push(() => server.stop());
  return server;
}

function connect(address: string, other: Partial<TritonOptions> = {}): TritonClient {
  const options = optionsFor(address, other);
  const connection = new TritonConnection(options);
  cleanups.push(() => connection.onApplicationShutdown());
  return new TritonClient(connection, new SharedMemory(connection, options), new InferenceLimit(options));
}

function context(timeoutMs = 10_000, signal = new AbortController().signal): CallContext {
  return { signal, deadline: Date.now() + timeoutMs, requestId: 'request-1' };
}

const input = floats('x', [1, 2], [1, 2]);
const output = { name: 'y', datatype: 'FP32', shape: [null, 2] } as const;

/** Answers with the first input under the name `y`. */
function echo(request: ModelInferRequest) {
  const data = request.rawInputContents[0] ?? new Uint8Array();
  return answer(request, { name: 'y', datatype: 'FP32', shape: [data.byteLength / 8, 2], data });
}

/** More than grpc-js keeps for a retry, or takes in, unless told otherwise. */
function largeInput(): Tensor {
  const data = new Uint8Array(6 * 1024 * 1024).fill(1);
  return { name: 'x', datatype: 'FP32', shape: [data.byteLength / 8, 2], data };
}

async function failure(call: Promise<unknown>): Promise<FaceError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof FaceError)) throw new Error('no FaceError was thrown', { cause: error });
  return error;
}

describe('TritonClient over a real connection', () => {
  it('sends tensors raw, asks for the outputs by name, and carries the id of the request', async () => {
    let seen: ModelInferRequest | undefined;
    const server = await serve({ infer: (request) => echo((seen = request)) });
    const tensors = await connect(server.address).infer('echo', [input], { y: output }, context());
    expect(tensors.y).toMatchObject({ shape: [1, 2], datatype: 'FP32' });
    expect(seen).toMatchObject({
      modelName: 'echo',
      id: 'request-1',
      inputs: [{ name: 'x', shape: [1n, 2n] }],
    });
    expect(seen?.outputs.map(({ name }) => name)).toEqual(['y']);
  });

  it('exchanges messages beyond 4 MiB', async () => {
    const server = await serve({ infer: echo });
    const tensors = await connect(server.address).infer('echo', [largeInput()], { y: output }, context());
    expect(tensors.y.data).toHaveLength(6 * 1024 * 1024);
  });

  it('talks over a unix socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'face-triton-'));
    cleanups.push(() => rm(folder, { recursive: true }));
    const server = await serve({ infer: echo }, `unix:${join(folder, 's.sock')}`);
    const tensors = await connect(server.address).infer('echo', [input], { y: output }, context());
    expect(tensors.y.shape).toEqual([1, 2]);
  });

  it('gives up at the deadline', async () => {
    const server = await serve({ infer: () => new Promise(() => undefined) });
    const start = performance.now();
    const error = await failure(connect(server.address).infer('echo', [input], { y: output }, context(200)));
    expect(error.code).toBe('deadline_exceeded');
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('cancels the call on the server when the caller goes away', async () => {
    const controller = new AbortController();
    const cancelled = Promise.withResolvers<boolean>();
    const server = await serve({
      infer: (_request, call) => {
        call.on('cancelled', () => cancelled.resolve(true));
        controller.abort();
        return new Promise(() => undefined);
      },
    });
    const error = await failure(
      connect(server.address).infer('echo', [input], { y: output }, context(10_000, controller.signal)),
    );
    expect(error.code).toBe('cancelled');
    expect(await cancelled.promise).toBe(true);
  });

  it('throws the FaceError that a signal was aborted with, and starts nothing afterwards', async () => {
    let asked = 0;
    const server = await serve({ infer: (request) => ((asked += 1), echo(request)) });
    const reason = new FaceError('deadline_exceeded', 'Too late.');
    const aborted = context(10_000, AbortSignal.abort(reason));
    expect(await failure(connect(server.address).infer('echo', [input], { y: output }, aborted))).toBe(
      reason,
    );
    expect(asked).toBe(0);
  });

  it('never asks again when the queue is full', async () => {
    let asked = 0;
    const server = await serve({
      infer: () => (
        (asked += 1),
        new Status(status.UNAVAILABLE, '[request id: x] Exceeds maximum queue size')
      ),
    });
    const error = await failure(connect(server.address).infer('echo', [input], { y: output }, context()));
    expect([error.code, error.retryAfterSeconds, asked]).toEqual(['overloaded', 1, 1]);
  });

  it('asks again while a server stops, for another replica may answer', async () => {
    let asked = 0;
    const stopping = new Status(
      status.NOT_FOUND,
      "Request for unknown model: 'echo' has no available versions",
    );
    const server = await serve({ infer: (request) => ((asked += 1) < 3 ? stopping : echo(request)) });
    await connect(server.address).infer('echo', [input], { y: output }, context());
    expect(asked).toBe(3);
  });

  it('says not_ready at once when nobody listens', async () => {
    const server = await serve();
    server.stop();
    const start = performance.now();
    const error = await failure(connect(server.address).infer('echo', [input], { y: output }, context()));
    expect([error.code, error.retryAfterSeconds]).toEqual(['not_ready', 1]);
    expect(performance.now() - start).toBeLessThan(3000);
  });

  it('lets nobody wait for a server that takes connections and says nothing', async () => {
    const silent = createServer();
    const sockets = new Set<Socket>();
    silent.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const client = connect(`127.0.0.1:${(silent.address() as AddressInfo).port}`);
    const first = await failure(client.infer('echo', [input], { y: output }, context(1500)));
    expect(first.code).toBe('deadline_exceeded');
    const told: TritonCall[] = [];
    onTritonCall((call) => told.push(call));
    const second = await failure(client.infer('echo', [input], { y: output }, context(3_600_000)));
    expect([second.code, second.retryAfterSeconds]).toEqual(['not_ready', 1]);
    // What was not tried counts all the same: an outage must not look like silence.
    const untried = { method: 'ModelInfer', model: 'echo', code: 'UNAVAILABLE', seconds: 0 };
    expect(told.filter(({ method }) => method === 'ModelInfer')).toEqual([untried]);
  });

  it('fails a second after its connection broke, when the next one hangs', { timeout: 30_000 }, async () => {
    const server = await serve({ infer: () => relay.cut() });
    const relay = await TcpRelay.start(server.address);
    cleanups.push(() => relay.stop());
    const client = connect(relay.address);
    const start = performance.now();
    const call = failure(client.infer('echo', [input], { y: output }, context(60_000)));
    // The call is on its way by then; what it reconnects to says nothing.
    await expect.poll(() => relay.open, { interval: 1 }).toBeGreaterThan(0);
    relay.swallowNew();
    expect((await call).code).toBe('not_ready');
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it(
    'is connected within a second or so when the network is back, whatever hangs from before',
    { timeout: 30_000 },
    async () => {
      const server = await serve({ infer: echo });
      const relay = await TcpRelay.start(server.address);
      cleanups.push(() => relay.stop());
      const client = connect(relay.address);
      const infer = () => client.infer('echo', [input], { y: output }, context(1_000));
      await infer();
      relay.swallow();
      // gRPC would notice after its keepalive only; a firewall may reset the connection, and then drop all packets.
      void relay.cut();
      await expect.poll(async () => (await failure(infer())).code, { timeout: 10_000 }).toBe('not_ready');
      await sleep(1_500);
      // One is patient, one is fresh: not one for each second.
      expect(relay.open).toBeLessThanOrEqual(3);
      relay.restore();
      const start = performance.now();
      await vi.waitFor(infer, { timeout: 10_000 });
      console.log(`connected ${(performance.now() - start).toFixed(0)} ms after the network was back`);
      expect(relay.open).toBeLessThanOrEqual(3);
    },
  );

  it('stops asking again when a server is not serving for long, and begins anew when it does', async () => {
    let attempts = 0;
    let isServing = false;
    const server = await serve({
      infer: (request) => {
        attempts += 1;
        return isServing ? echo(request) : new Status(status.UNAVAILABLE, 'Server not ready');
      },
    });
    const client = connect(server.address);
    const call = () => client.infer('echo', [input], { y: output }, context());
    await Promise.all(Array.from({ length: 60 }, () => failure(call())));
    attempts = 0;
    for (let count = 0; count < 20; count++) await failure(call());
    expect(attempts).toBe(20);
    isServing = true;
    for (let count = 0; count < 800; count++) await call();
    isServing = false;
    attempts = 0;
    await failure(call());
    expect(attempts).toBeGreaterThan(1);
  });

  it('sends a large request again when the connection breaks halfway', async () => {
    let asked = 0;
    const server = await serve({ infer: (request) => ((asked += 1) > 1 ? echo(request) : relay.cut()) });
    const relay = await TcpRelay.start(server.address);
    cleanups.push(() => relay.stop());
    const client = connect(relay.address);
    const before = client.epoch('echo');
    const tensors = await client.infer('echo', [largeInput()], { y: output }, context());
    expect(tensors.y.data).toHaveLength(6 * 1024 * 1024);
    expect(asked).toBe(2);
    expect(client.epoch('echo')).not.toBe(before);
  });

  it('asks again when a server that stops resets the call', async () => {
    const first: ScriptedServer = await serve({
      infer: async (request) => {
        first.stop();
        await serve({ infer: echo }, first.address);
        return echo(request);
      },
    });
    const tensors = await connect(first.address).infer('echo', [input], { y: output }, context());
    expect(tensors.y.shape).toEqual([1, 2]);
  });

  it('does not pass on what a model says of its insides', async () => {
    const server = await serve({
      infer: () => new Status(status.INTERNAL, 'ValueError\n\nAt:\n  /repo/fail/1/model.py(16): execute\n'),
    });
    const client = connect(server.address);
    const error = await failure(client.infer('echo', [input], { y: output }, context()));
    expect([error.code, error.message]).toEqual([
      'triton_failed',
      "There was an internal error in the model 'echo'.",
    ]);
    expect(client.suspicion('echo')).toEqual({ error, dead: false });
  });

  it('holds a dead process against a model whatever others answer, and an error until the next success', async () => {
    const script = {
      infer: () => new Status(status.INTERNAL, 'ValueError') as ReturnType<typeof echo> | Status,
    };
    const server = await serve(script);
    const client = connect(server.address);
    const ask = () => client.infer('echo', [input], { y: output }, context()).catch(() => undefined);
    await ask();
    expect(client.suspicion('echo')).toMatchObject({ dead: false });
    server.script.infer = echo;
    await ask();
    expect(client.suspicion('echo')).toBeUndefined();
    server.script.infer = () =>
      new Status(status.INTERNAL, "in ensemble 'echo', Stub process 'net_0_0' is not healthy.");
    await ask();
    server.script.infer = echo;
    await ask();
    const suspicion = client.suspicion('echo');
    expect(suspicion).toMatchObject({ dead: true });
    if (suspicion !== undefined) client.dispel('echo', suspicion);
    expect(client.suspicion('echo')).toBeUndefined();
  });

  it('remembers a dead process of a call whose input had to be sent again, raw', async () => {
    const answers = [
      new Status(status.UNAVAILABLE, 'Server exiting'),
      new Status(status.INTERNAL, "Stub process 'echo_0_0' is not healthy."),
    ];
    const server = await serve({ infer: (request) => answers.shift() ?? echo(request) });
    const client = connect(server.address);
    await failure(client.infer('echo', [input], { y: output }, context()));
    expect([answers.length, client.suspicion('echo')?.dead]).toEqual([0, true]);
  });

  it.each([
    [status.UNAVAILABLE, '[request id: x] Exceeds maximum queue size'],
    [status.UNAVAILABLE, "in ensemble 'echo', [request id: x] Exceeds maximum queue size"],
    [status.RESOURCE_EXHAUSTED, 'Bandwidth exhausted'],
    [status.UNAVAILABLE, 'Request timeout expired'],
    [status.UNAVAILABLE, 'words of another release'],
    [status.UNAVAILABLE, "This protocol is restricted, expecting header 'triton-grpc-protocol-h-key'"],
    [status.NOT_FOUND, "Request for unknown model: 'echo' is not found"],
    [status.INTERNAL, "Stub process 'echo_0_0' is not healthy."],
  ])('asks once only for %i %s', async (code, details) => {
    let asked = 0;
    const server = await serve({ infer: () => ((asked += 1), new Status(code, details)) });
    await failure(connect(server.address).infer('echo', [input], { y: output }, context()));
    expect(asked).toBe(1);
  });

  it('sends its metadata with every call, questions of health and attempts alike', async () => {
    const seen: (string | undefined)[] = [];
    const note = (call: { readonly metadata: Metadata }) =>
      seen.push(call.metadata.get('triton-grpc-protocol-key')[0]?.toString());
    let asked = 0;
    const server = await serve({
      infer: (request, call) => {
        note(call);
        return (asked += 1) === 1 ? new Status(status.UNAVAILABLE, 'Server not ready') : echo(request);
      },
      metadata: ({ name }, call) => (note(call), metadataOf(name)),
      config: ({ name }, call) => (note(call), { config: configOf(name, 8) }),
      modelReady: (_, call) => (note(call), { ready: true }),
      serverReady: (_, call) => (note(call), { ready: true }),
    });
    const client = connect(server.address, {
      metadata: new CallMetadata([['Triton-Grpc-Protocol-Key', 'a secret, with = and %']]),
    });
    await client.infer('echo', [input], { y: output }, context());
    await client.describe('detection', context());
    await client.modelReady('detection', context());
    await client.serverReady(context());
    expect(seen).toEqual(Array.from({ length: 6 }, () => 'a secret, with = and %'));
  });

  it('keeps the place of an abandoned call for a while, because its work goes on', async () => {
    let asked = 0;
    const server = await serve({
      infer: (request) => ((asked += 1) === 1 ? new Promise(() => undefined) : echo(request)),
    });
    const client = connect(server.address, { maxConcurrentCalls: 1, maxWaitingCalls: 1 });
    const ask = (timeoutMs: number) =>
      client.infer('echo', [input], { y: output }, context(timeoutMs)).then(
        () => 'answered',
        (error: unknown) => (error as FaceError).code,
      );
    expect(await ask(50)).toBe('deadline_exceeded');
    // One waits, and gives up; there is no room for another.
    expect(await Promise.all([ask(50), ask(10_000)])).toEqual(['deadline_exceeded', 'overloaded']);
    expect(asked).toBe(1);
    // The first guess of how long the work goes on is a second.
    expect(await ask(10_000)).toBe('answered');
    expect(asked).toBe(2);
  });

  it('describes a model by its metadata and config', async () => {
    const server = await serve({ config: () => ({ config: configOf('detection', 4, { a: 'b' }) }) });
    const model = await connect(server.address).describe('detection', context());
    expect(model).toMatchObject({ name: 'detection', maxBatchSize: 4, parameters: { a: 'b' } });
    expect(model.outputs).toContainEqual({ name: 'output_1', datatype: 'FP32', shape: [-1, 10] });
  });

  it('describes a model of a server without ModelConfig', async () => {
    const server = await serve({ config: () => new Status(status.UNIMPLEMENTED, '') });
    const model = await connect(server.address).describe('detection', context());
    expect(model).toMatchObject({ maxBatchSize: null, parameters: {} });
  });

  it('tells whether server and model are ready', async () => {
    const server = await serve({ serverReady: () => ({ ready: false }) });
    const client = connect(server.address);
    expect(await client.serverReady(context())).toBe(false);
    expect(await client.modelReady('detection', context())).toBe(true);
  });
});
