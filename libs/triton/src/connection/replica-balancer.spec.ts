import { status } from '@grpc/grpc-js';
import type { ModelInferRequest } from '@face/kserve';
import { type LookupAddress, promises } from 'node:dns';
import { type Mock, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Script,
  ScriptedServer,
  Status,
  answer,
  floats,
  optionsFor,
} from '../../test/scripted-server.js';
import { InferenceLimit } from '../calls/inference-limit.js';
import { SharedMemory } from '../shared-memory/shared-memory.js';
import { TritonClient } from '../triton-client.js';
import { TritonConnection } from './triton-connection.js';

/** What Triton says to all that it is asked from the moment on at which it is told to end. */
const leaving = new Status(status.NOT_FOUND, "Request for unknown model: 'echo' has no available versions");
const full = new Status(status.UNAVAILABLE, 'Exceeds maximum queue size');

const input = floats('x', [1, 2], [1, 2]);
const outputs = { y: { name: 'y', datatype: 'FP32', shape: [null, 2] } } as const;

function echo(request: ModelInferRequest) {
  const data = request.rawInputContents[0] ?? new Uint8Array();
  return answer(request, { name: 'y', datatype: 'FP32', shape: [1, 2], data });
}

describe('calls to several replicas', () => {
  let servers: ScriptedServer[];
  /** Inferences that each was asked for. */
  let asked: number[];
  let connection: TritonConnection;
  let client: TritonClient;
  /** Milliseconds by which the clock is put forward. */
  let ahead: number;

  beforeEach(async () => {
    ahead = 0;
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + ahead);
    asked = [0, 0, 0];
    servers = await Promise.all(asked.map(() => ScriptedServer.start()));
    servers.forEach((_, which) => answerWith(which, echo));
    const options = optionsFor(`ipv4:${servers.map(({ address }) => address).join(',')}`);
    connection = new TritonConnection(options);
    client = new TritonClient(connection, new SharedMemory(connection, options), new InferenceLimit(options));
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    await connection.onApplicationShutdown();
    for (const server of servers) server.stop();
  });

  function answerWith(which: number, infer: Script['infer']): void {
    const server = servers[which];
    if (server === undefined) throw new Error(`there is no server ${which}`);
    server.script.infer = (...args) => {
      asked[which] = (asked[which] ?? 0) + 1;
      return infer(...args);
    };
  }

  const context = () => ({ signal: new AbortController().signal, deadline: Date.now() + 60_000 });
  const infer = () => client.infer('echo', [input], outputs, context());
  /** Half of them at the same time. */
  async function inferOften(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count / 2 }, infer));
    for (let call = 0; call < count / 2; call++) await infer();
  }

  it('take turns', async () => {
    await infer();
    // The others were still connecting.
    await vi.waitFor(async () => {
      await infer();
      expect(Math.min(...asked)).toBeGreaterThan(0);
    });
    asked.fill(0);
    await inferOften(60);
    expect(asked).toEqual([20, 20, 20]);
  });

  it('leave out one that says it stops, and never fail because of it', async () => {
    await inferOften(12);
    answerWith(1, () => leaving);
    asked.fill(0);
    await inferOften(60);
    // Those of the first half that were on their way.
    expect(asked[1]).toBeLessThanOrEqual(10);
    const before = asked[1];
    await inferOften(60);
    expect(asked[1]).toBe(before);
  });

  it('leave it out as well when what it had begun ends well afterwards', async () => {
    await inferOften(12);
    const begun = Promise.withResolvers<void>();
    const may = Promise.withResolvers<void>();
    answerWith(1, async (request) => {
      begun.resolve();
      await may.promise;
      return echo(request);
    });
    const calls = Array.from({ length: 3 }, infer);
    await begun.promise;
    answerWith(1, () => leaving);
    await inferOften(12);
    may.resolve();
    await Promise.all(calls);
    asked.fill(0);
    await inferOften(60);
    expect(asked[1]).toBe(0);
  });

  it('try it again after a second, and use it when it stays', async () => {
    await inferOften(12);
    answerWith(1, () => leaving);
    await inferOften(12);
    answerWith(1, echo);
    ahead += 1001;
    asked.fill(0);
    await inferOften(60);
    expect(asked).toEqual([20, 20, 20]);
  });

  it('go to those that stop when there are no others, and say what those say', async () => {
    for (const which of [0, 1, 2]) answerWith(which, () => leaving);
    await expect(infer()).rejects.toMatchObject({ code: 'not_ready' });
    for (const which of [0, 1, 2]) answerWith(which, echo);
    await infer();
  });

  it('go only where they may, and say so at once when that has gone', async () => {
    await inferOften(12);
    await vi.waitFor(() => expect(connection.replicas).toHaveLength(3));
    const [first = 0, second = 0] = connection.replicas;
    const inferAt = (...replicas: number[]) => client.infer('echo', [input], outputs, context(), replicas);
    asked.fill(0);
    for (let call = 0; call < 10; call++) await inferAt(second);
    expect(asked.toSorted((a, b) => a - b)).toEqual([0, 0, 10]);
    asked.fill(0);
    for (let call = 0; call < 10; call++) await inferAt(first, second);
    expect(asked.toSorted((a, b) => a - b)).toEqual([0, 5, 5]);
    await expect(inferAt(999)).rejects.toMatchObject({ code: 'not_ready' });
  });

  it('count each connection anew, whichever replica made it', async () => {
    await inferOften(12);
    await vi.waitFor(() => expect(connection.replicas).toHaveLength(3));
    const before = connection.replicas;
    const { generation } = connection;
    const { address = '' } = servers[1] ?? {};
    servers[1]?.stop();
    await vi.waitFor(() => expect(connection.replicas).toHaveLength(2));
    servers[1] = await ScriptedServer.start({ infer: echo }, address);
    await vi.waitFor(() => expect(connection.replicas).toHaveLength(3), { timeout: 5000 });
    expect(connection.generation).toBe(generation + 1);
    expect(connection.replicas.filter((replica) => !before.includes(replica))).toHaveLength(1);
  });

  it('do not leave out one whose queue is full: the others would be full next', async () => {
    await inferOften(12);
    answerWith(1, () => full);
    asked.fill(0);
    const ends = await Promise.allSettled(Array.from({ length: 30 }, infer));
    expect(ends.filter(({ status: end }) => end === 'rejected')).toHaveLength(10);
    expect(asked).toEqual([10, 10, 10]);
  });
});

// Only Linux has more than one loopback address without a set-up, and replicas share a port.
it.skipIf(process.platform !== 'linux')('looks up the name again when a replica says it stops', async () => {
  const [first, second] = ['127.0.0.1', '127.0.0.2'];
  let found = first;
  const lookup = vi.spyOn(promises, 'lookup') as unknown as Mock<() => Promise<LookupAddress[]>>;
  lookup.mockImplementation(() => Promise.resolve([{ address: found, family: 4 }]));
  const old = await ScriptedServer.start({ infer: echo });
  const port = old.address.split(':')[1];
  const options = optionsFor(`replicas.test:${port}`);
  const connection = new TritonConnection(options);
  const client = new TritonClient(
    connection,
    new SharedMemory(connection, options),
    new InferenceLimit(options),
  );
  const infer = () =>
    client.infer('echo', [input], outputs, {
      signal: new AbortController().signal,
      deadline: Date.now() + 10_000,
    });
  await infer();
  const successor = await ScriptedServer.start({ infer: echo }, `${second}:${port}`);
  found = second;
  old.script.infer = () => leaving;
  // grpc-js asks a name server every two seconds at most.
  await vi.waitFor(infer, { timeout: 5000 });
  vi.restoreAllMocks();
  await connection.onApplicationShutdown();
  for (const server of [old, successor]) server.stop();
});
