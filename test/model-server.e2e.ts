import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { healthService, inferenceService } from '@face/kserve';
import { Client, type ServiceError, credentials, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ModelServer, startModelServer } from './support/product.js';

type Service = typeof inferenceService | typeof healthService;

/** One unary call with any of our service definitions; what the server refused is the rejection. */
function call<Answer>(client: Client, service: Service, method: string, request: object): Promise<Answer> {
  const definition = (service as Record<string, (typeof inferenceService)[keyof typeof inferenceService]>)[
    method
  ];
  if (definition === undefined) throw new Error(`no method ${method}`);
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      definition.path,
      definition.requestSerialize as (value: object) => Buffer,
      definition.responseDeserialize as (bytes: Buffer) => Answer,
      request,
      { deadline: Date.now() + 20_000 },
      (error, answer) => {
        if (error !== null) reject(error);
        else if (answer === undefined) reject(new Error('no answer'));
        else resolve(answer);
      },
    );
  });
}

interface InferAnswer {
  readonly outputs: {
    readonly name: string;
    readonly datatype: string;
    readonly shape: (number | bigint)[];
  }[];
  readonly rawOutputContents: Uint8Array[];
}

describe('the model server as any KServe v2 client sees it', () => {
  let folder: string;
  let socket: string;
  let server: ModelServer;
  let client: Client;
  const inference = <Answer>(method: string, request: object) =>
    call<Answer>(client, inferenceService, method, request);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'face-kserve-'));
    socket = join(folder, 'server.sock');
    server = await startModelServer({
      FACE_V3_MODEL_SERVER_SOCKET: socket,
      FACE_V3_MODEL_SERVER_THREADS: '1',
    });
    const tcp = server.ready.addresses.find((address) => !address.startsWith('unix:'));
    client = new Client(tcp ?? '', credentials.createInsecure(), { 'grpc.max_receive_message_length': -1 });
  });

  afterAll(async () => {
    client.close();
    expect(await server.stop()).toBe(0);
    expect(await readdir(folder)).toEqual([]);
    await rm(folder, { recursive: true, force: true });
  });

  const faces = (count: number) => ({
    modelName: 'extraction',
    modelVersion: '',
    id: 'abc',
    parameters: {},
    inputs: [{ name: 'input_0', datatype: 'UINT8', shape: [BigInt(count), 112n, 112n, 3n], parameters: {} }],
    outputs: [],
    rawInputContents: [new Uint8Array(count * 112 * 112 * 3).fill(90)],
  });

  it('is live and ready, for both health protocols', async () => {
    expect(await inference('serverLive', {})).toMatchObject({ live: true });
    expect(await inference('serverReady', {})).toMatchObject({ ready: true });
    expect(await inference('modelReady', { name: 'detection', version: '' })).toMatchObject({ ready: true });
    expect(await inference('modelReady', { name: 'nope', version: '' })).toMatchObject({ ready: false });
    expect(await call(client, healthService, 'check', { service: '' })).toMatchObject({ status: 1 });
  });

  it('listens on a socket that only its owner may open', async () => {
    expect((await stat(socket)).mode & 0o077).toBe(0);
  });

  it('embeds a batch and echoes the id', async () => {
    const answer = await inference<InferAnswer & { id: string }>('modelInfer', faces(3));
    expect(answer.id).toBe('abc');
    expect(answer.outputs[0]).toMatchObject({ name: 'output_0', datatype: 'FP32' });
    expect(answer.outputs[0]?.shape.map(Number)).toEqual([3, 512]);
    const bytes = answer.rawOutputContents[0] ?? new Uint8Array();
    const rows = new Float32Array(bytes.slice().buffer);
    expect(rows).toHaveLength(3 * 512);
    expect([...rows.subarray(0, 512)]).toEqual([...rows.subarray(1024)]);
  });

  it('answers a picture without a face with no rows', async () => {
    const answer = await inference<InferAnswer>('modelInfer', {
      modelName: 'detection',
      modelVersion: '1',
      id: '',
      parameters: {},
      inputs: [
        { name: 'input_0', datatype: 'UINT8', shape: [1n, 64n, 64n, 3n], parameters: {} },
        { name: 'input_1', datatype: 'FP32', shape: [1n, 2n], parameters: {} },
        { name: 'input_2', datatype: 'FP32', shape: [1n, 2n], parameters: {} },
      ],
      outputs: [],
      rawInputContents: [
        new Uint8Array(64 * 64 * 3),
        new Uint8Array(Float32Array.of(1, 1).buffer),
        new Uint8Array(Float32Array.of(32, 32).buffer),
      ],
    });
    const shapes = Object.fromEntries(
      answer.outputs.map((output) => [output.name, output.shape.map(Number)]),
    );
    expect(shapes).toEqual({ output_0: [0, 5], output_1: [0, 10], output_2: [1, 1] });
  });

  it.each([
    [
      'an unknown model',
      { ...faces(1), modelName: 'nope' },
      status.NOT_FOUND,
      "unknown model: 'nope' is not found",
    ],
    [
      'a batch over the limit',
      faces(9),
      status.INVALID_ARGUMENT,
      "[request id: abc] inference request batch-size must be <= 8 for 'extraction'",
    ],
    [
      'too few bytes',
      { ...faces(1), rawInputContents: [new Uint8Array(5)] },
      status.INVALID_ARGUMENT,
      'Expected 37632, got 5',
    ],
  ])("refuses %s in Triton's words", async (_name, request, code, words) => {
    const error = await inference('modelInfer', request).then(
      () => undefined,
      (reason: ServiceError) => reason,
    );
    expect(error?.code).toBe(code);
    expect(error?.details).toContain(words);
  });

  it('refuses what does not fit its queue, and serves the rest', async () => {
    const answers = await Promise.allSettled(
      Array.from({ length: 400 }, () => inference<InferAnswer>('modelInfer', faces(8))),
    );
    const refused = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [answer.reason as ServiceError] : [],
    );
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(400);
    for (const error of refused) {
      expect(error.code).toBe(status.UNAVAILABLE);
      expect(error.details).toContain('Exceeds maximum queue size');
    }
  });

  it('counts what it did', async () => {
    interface Statistics {
      readonly modelStats: { readonly name: string; readonly inferenceCount: number | bigint }[];
    }
    const { modelStats } = await inference<Statistics>('modelStatistics', {
      name: 'extraction',
      version: '',
    });
    expect(Number(modelStats[0]?.inferenceCount)).toBeGreaterThan(3);
  });

  it('tells the contract in its configuration', async () => {
    interface Config {
      readonly config: {
        readonly maxBatchSize: number;
        readonly parameters: Record<string, { stringValue: string }>;
      };
    }
    const { config } = await inference<Config>('modelConfig', { name: 'extraction', version: '' });
    expect(config.maxBatchSize).toBe(8);
    expect(config.parameters['face_contract_id']?.stringValue).toMatch(/\w{8}/);
    expect(config.parameters['face_rerank_alpha']?.stringValue).toBe('25');
  });
});
