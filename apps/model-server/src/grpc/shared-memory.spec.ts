import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type InferenceContext,
  KserveServer,
  type Model,
  type ModelAnswer,
  type ModelRequest,
  inferenceService,
} from '@face/kserve';
import { Client, type MethodDefinition, type ServiceError, credentials, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scheduler } from '../scheduler/scheduler.js';
import type { FileBytes } from '../workers/file-bytes.js';
import { WorkerPool } from '../workers/worker-pool.js';
import { inputOf, takeItem } from './tensor-access.js';

interface SumJob {
  readonly file: FileBytes | Uint8Array;
  readonly gate: SharedArrayBuffer;
}

/** Lets a worker thread add up the bytes of each item, when the gate is open. */
class SumModel implements Model {
  readonly ready = true;
  readonly definition = {
    name: 'sum',
    version: 1,
    platform: 'test',
    backend: 'test',
    maxBatchSize: 8,
    inputs: [{ name: 'X', datatype: 'UINT8', dims: [-1] }],
    outputs: [{ name: 'Y', datatype: 'INT32', dims: [1] }],
    parameters: {},
    instances: 1,
  } as const;
  readonly begun = Promise.withResolvers<void>();
  readonly gate = new SharedArrayBuffer(4);

  constructor(private readonly scheduler: Scheduler<SumJob, { readonly value: number }>) {}

  open(): void {
    Atomics.store(new Int32Array(this.gate), 0, 1);
    Atomics.notify(new Int32Array(this.gate), 0);
  }

  async infer(request: ModelRequest, context: InferenceContext): Promise<ModelAnswer> {
    const jobs = Array.from({ length: request.batchSize }, (_, index) => ({
      bytes: 1,
      prepare: () => {
        const { bytes: file, transfer, release } = takeItem(inputOf(request, 'X'), index);
        return { job: { file, gate: this.gate }, transfer, release };
      },
    }));
    const running = this.scheduler.run(request.id, jobs, context);
    this.begun.resolve();
    const sums = Int32Array.from(await running, ({ result }) => result.value);
    const data = new Uint8Array(sums.buffer);
    return { outputs: [{ name: 'Y', datatype: 'INT32', shape: [sums.length, 1], data }] };
  }
}

describe('shared memory in worker threads', () => {
  let folder: string;
  let pool: WorkerPool<SumJob, { readonly value: number }>;
  let model: SumModel;
  let server: KserveServer;
  let client: Client;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'face-regions-'));
    writeFileSync(
      join(folder, 'file'),
      Uint8Array.from({ length: 64 }, (_, index) => index),
      { mode: 0o600 },
    );
    const flags = new SharedArrayBuffer(8);
    Atomics.store(new Int32Array(flags), 0, 10);
    pool = new WorkerPool({
      script: new URL('../../test/command-worker.mjs', import.meta.url),
      data: { flags },
      threads: 1,
      onDeath: () => undefined,
      onFatal: () => undefined,
      onFree: () => undefined,
    });
    await pool.start();
    model = new SumModel(new Scheduler(pool, { items: 100, bytes: 1000 }));
    server = new KserveServer([model], {
      name: 'test',
      version: '1',
      maxMessageBytes: 2 ** 20,
      report: (_, error) => {
        throw error;
      },
      sharedMemory: { folder, maxRegions: 4 },
    });
    client = new Client(await server.listen('127.0.0.1:0'), credentials.createInsecure());
    await ask(inferenceService.systemSharedMemoryRegister, {
      name: 'r',
      key: '/file',
      offset: 8n,
      byteSize: 56n,
    }).answer;
  });

  afterEach(async () => {
    model.open();
    client.close();
    await server.close(1000);
    await pool.close();
    rmSync(folder, { recursive: true });
  });

  function ask<Request, Answer>(method: MethodDefinition<Request, Answer>, request: Request) {
    let cancel = () => {};
    const answer = new Promise<Answer>((resolve, reject) => {
      const call = client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        (error, value) =>
          error === null && value !== undefined ? resolve(value) : reject(error ?? new Error()),
      );
      cancel = () => call.cancel();
    });
    return { answer, cancel: () => cancel() };
  }

  /** Two items of 3 bytes, from byte 10 of the file on. */
  const sum = () =>
    ask(inferenceService.modelInfer, {
      modelName: 'sum',
      modelVersion: '',
      id: '',
      parameters: {},
      inputs: [
        {
          name: 'X',
          datatype: 'UINT8',
          shape: [2n, 3n],
          parameters: {
            shared_memory_region: { parameterChoice: { $case: 'stringParam', value: 'r' } },
            shared_memory_offset: { parameterChoice: { $case: 'int64Param', value: 2n } },
            shared_memory_byte_size: { parameterChoice: { $case: 'int64Param', value: 6n } },
          },
          contents: undefined,
        },
      ],
      outputs: [],
      rawInputContents: [],
    });

  const unregister = () =>
    ask(inferenceService.systemSharedMemoryUnregister, { name: 'r' }).answer.then(
      () => status.OK,
      ({ code }: ServiceError) => code,
    );

  it('is read by the worker, each item by itself', async () => {
    model.open();
    const { rawOutputContents } = await sum().answer;
    expect([...new Int32Array(new Uint8Array(rawOutputContents[0] ?? []).buffer)]).toEqual([
      10 + 11 + 12,
      13 + 14 + 15,
    ]);
    expect(await unregister()).toBe(status.OK);
  });

  it('stays open for the jobs of a client that is gone', async () => {
    const { answer, cancel } = sum();
    await model.begun.promise;
    cancel();
    await expect(answer).rejects.toMatchObject({ code: status.CANCELLED });
    expect(await unregister()).toBe(status.INTERNAL);
    model.open();
    // The worker does its jobs in order: when this one is done, so are the cancelled ones.
    await sum().answer;
    expect(await unregister()).toBe(status.OK);
  });
});
