import { status } from '@grpc/grpc-js';
import type { ModelInferRequest, Tensor } from '@face/kserve';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  ScriptedServer,
  type Script,
  Status,
  answer,
  floats,
  optionsFor,
} from '../../test/scripted-server.js';
import { TritonClient } from '../triton-client.js';
import type { TritonOptions } from '../triton-options.js';
import { TritonReadiness } from './triton-readiness.js';
import { TritonModule } from '../triton.module.js';

const cleanups: (() => unknown)[] = [];
/** Ahead of the real clock, so that a test does not have to wait. */
let ahead = 0;

beforeEach(() => {
  ahead = 0;
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ahead);
});

afterEach(async () => {
  vi.restoreAllMocks();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function connect(address: string, options: Partial<TritonOptions> = {}) {
  const module = await Test.createTestingModule({
    imports: [TritonModule.forRoot(optionsFor(address, options))],
  }).compile();
  const app = await module.init();
  cleanups.push(() => app.close());
  return { client: app.get(TritonClient), readiness: app.get(TritonReadiness) };
}

async function start(script: Partial<Script> = {}, options: Partial<TritonOptions> = {}) {
  const server = await ScriptedServer.start(script);
  cleanups.push(() => server.stop());
  return { server, ...(await connect(server.address, options)) };
}

const context = (timeoutMs = 10_000) => ({
  signal: new AbortController().signal,
  deadline: Date.now() + timeoutMs,
});

/** Later than the pause between two trials of a model. */
const later = () => void (ahead += 11_000);

const died = new Status(
  status.INTERNAL,
  "in ensemble 'detection', Stub process 'detect_net_0_0' is not healthy.",
);
const raised = new Status(
  status.INTERNAL,
  "Failed to process the request(s) for model 'm_0', message: ValueError",
);
const hasDied = "A process of the model 'detection' has died, and the model server has to be restarted.";

const count: Tensor = { name: 'output_2', datatype: 'INT32', shape: [1, 1], data: new Uint8Array(4) };

function noFaces(request: ModelInferRequest) {
  return request.modelName === 'extraction'
    ? answer(request, floats('output_0', [1, 512], Array<number>(512).fill(0)))
    : answer(request, count, floats('output_1', [0, 10], []), floats('output_0', [0, 5], []));
}

const fail = (client: TritonClient, model = 'detection') =>
  expect(client.infer(model, [], {}, context())).rejects.toThrow();

describe('TritonReadiness', () => {
  it('is ready with both models, even when another one is broken, and tries nothing', async () => {
    const infer = vi.fn(() => died);
    const { readiness } = await start({ serverReady: () => ({ ready: false }), infer });
    expect(await readiness.check(context())).toEqual({ ready: true });
    expect(infer).not.toHaveBeenCalled();
  });

  it('names the model that is not ready', async () => {
    const { readiness } = await start({ modelReady: ({ name }) => ({ ready: name !== 'extraction' }) });
    expect(await readiness.check(context())).toMatchObject({
      ready: false,
      error: { code: 'not_ready', message: expect.stringContaining("'extraction'") as string },
    });
  });

  it.each([
    [
      "Request for unknown model: 'detection' is not found",
      'triton_misconfigured',
      /does not know.*'detection'.*settings/,
    ],
    [
      "Request for unknown model: 'detection' has no available versions",
      'not_ready',
      /has not loaded.*'detection'/,
    ],
  ])('tells one kind of model that is not ready from another: %s', async (details, code, message) => {
    const { readiness } = await start({
      modelReady: () => ({ ready: false }),
      metadata: () => new Status(status.NOT_FOUND, details),
    });
    expect(await readiness.check(context())).toMatchObject({
      ready: false,
      error: { code, message: expect.stringMatching(message) as string },
    });
  });

  it('is not ready without a server', async () => {
    const { readiness, server } = await start();
    server.stop();
    expect(await readiness.check(context())).toMatchObject({ ready: false, error: { code: 'not_ready' } });
  });

  it('is not ready when the dimension is wrong', async () => {
    const { readiness } = await start({}, { expectedDimension: 1024 });
    expect(await readiness.check(context())).toMatchObject({ error: { code: 'triton_misconfigured' } });
  });
});

describe('TritonReadiness with a model that failed', () => {
  it('tries it with a black picture of a geometry that a photo can have', async () => {
    const { readiness, client, server } = await start({ infer: () => raised });
    await fail(client);
    await fail(client, 'extraction');
    const sent: ModelInferRequest[] = [];
    server.script.infer = (request) => (sent.push(request), noFaces(request));
    expect(await readiness.check(context())).toEqual({ ready: true });
    const numbers = (at: number) =>
      new Float32Array(new Uint8Array(detection?.rawInputContents[at] ?? []).buffer);
    const [detection, extraction] = ['detection', 'extraction'].map((name) =>
      sent.find(({ modelName }) => modelName === name),
    );
    expect(sent).toHaveLength(2);
    expect(detection?.inputs.map(({ shape }) => shape)).toEqual([
      [1n, 640n, 640n, 3n],
      [1n, 2n],
      [1n, 2n],
    ]);
    expect([...numbers(1), ...numbers(2)]).toEqual([1, 1, 320, 320]);
    expect(extraction?.inputs.map(({ shape }) => shape)).toEqual([[1n, 112n, 112n, 3n]]);
    expect(client.suspicion('detection')).toBeUndefined();
  });

  it('tries it once for all who ask, not again for a while, and says each time what is wrong', async () => {
    const gate = Promise.withResolvers<void>();
    const infer = vi.fn(() => raised as Status | Promise<Status>);
    const { readiness, client } = await start({ infer });
    await fail(client);
    infer.mockClear().mockImplementation(() => gate.promise.then(() => raised));
    const answers = Promise.all(Array.from({ length: 50 }, () => readiness.check(context())));
    // An asker with little time does not end the trial, and is told what is known already.
    expect(await readiness.check(context(1000))).toMatchObject({
      ready: false,
      error: { code: 'triton_failed' },
    });
    gate.resolve();
    for (const each of await answers)
      expect(each).toMatchObject({ ready: false, error: { code: 'triton_failed' } });
    for (let asked = 0; asked < 50; asked++) await readiness.check(context());
    expect(infer).toHaveBeenCalledTimes(1);
    later();
    await readiness.check(context());
    expect(infer).toHaveBeenCalledTimes(2);
  });

  it('is ready at once when a request succeeds', async () => {
    const { readiness, client, server } = await start({ infer: () => raised });
    await fail(client);
    expect(await readiness.check(context())).toMatchObject({ ready: false });
    server.script.infer = noFaces;
    await client.infer('detection', [], {}, context());
    expect(await readiness.check(context())).toEqual({ ready: true });
  });

  it('does not become unready by requests that fail one by one, when a trial has just passed', async () => {
    const infer = vi.fn<Script['infer']>(() => raised);
    const { readiness, client } = await start({ infer });
    for (let round = 0; round < 3; round++) {
      infer.mockImplementation(() => raised);
      await fail(client);
      infer.mockImplementation(noFaces);
      expect(await readiness.check(context())).toEqual({ ready: true });
    }
    expect(infer).toHaveBeenCalledTimes(4);
  });

  it('calls a model dead when its only process is, until the server was started anew', async () => {
    const { readiness, client, server } = await start({ infer: () => died });
    await fail(client);
    for (let asked = 0; asked < 3; asked++, later()) {
      const readyNow = await readiness.check(context());
      expect(readyNow).toMatchObject({ ready: false, error: { code: 'triton_failed', message: hasDied } });
    }
    server.stop();
    const again = await ScriptedServer.start({ infer: noFaces }, server.address);
    cleanups.push(() => again.stop());
    // No pause after a new connection.
    await vi.waitFor(async () => expect(await readiness.check(context())).toEqual({ ready: true }));
    expect(client.suspicion('detection')).toBeUndefined();
  });

  it('warns when one of several processes is dead, and does not forget it for the answers of the others', async () => {
    let asked = 0;
    const quarterDead: Script['infer'] = (request) => ((asked += 1) % 4 === 0 ? died : noFaces(request));
    const { readiness, client, server } = await start({ infer: () => died });
    await fail(client);
    server.script.infer = quarterDead;
    const warning = {
      code: 'triton_failed',
      message: expect.stringContaining("Some of the processes of the model 'detection'") as string,
    };
    expect(await readiness.check(context())).toMatchObject({ ready: true, warning });
    expect(asked).toBe(4);
    await client.infer('detection', [], {}, context());
    later();
    expect(await readiness.check(context())).toMatchObject({ ready: true, warning });
    server.script.infer = noFaces;
    later();
    expect(await readiness.check(context())).toEqual({ ready: true });
  });

  it('believes a process that dies after a passed trial', async () => {
    const { readiness, client, server } = await start({ infer: () => raised });
    await fail(client);
    server.script.infer = noFaces;
    expect(await readiness.check(context())).toEqual({ ready: true });
    server.script.infer = () => died;
    await fail(client);
    expect(await readiness.check(context())).toMatchObject({ ready: false, error: { message: hasDied } });
  });

  it('does not take overload for a recovery, nor for another failure', async () => {
    const { readiness, client, server } = await start({ infer: () => died });
    await fail(client);
    server.script.infer = () => new Status(status.UNAVAILABLE, 'Exceeds maximum queue size');
    expect(await readiness.check(context())).toMatchObject({ ready: false, error: { message: hasDied } });
  });
});
