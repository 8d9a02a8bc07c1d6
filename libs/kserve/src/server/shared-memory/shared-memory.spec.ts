import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type MethodDefinition, type ServiceError, credentials, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { echoModels } from '../../../test/echo-models.js';
import { type InferParameter, ModelInferRequest } from '../../generated/inference/grpc_service.js';
import { inferenceService } from '../../services.js';
import { KserveServer } from '../kserve-server.js';

type Place = Record<string, string | number | boolean>;

const text = (value: string): InferParameter => ({ parameterChoice: { $case: 'stringParam', value } });

function parameters(place: Place): Record<string, InferParameter> {
  return Object.fromEntries(
    Object.entries(place).map(([key, value]) => [
      `shared_memory_${key}`,
      typeof value === 'string'
        ? text(value)
        : typeof value === 'boolean'
          ? { parameterChoice: { $case: 'boolParam', value } }
          : { parameterChoice: { $case: 'int64Param', value: BigInt(value) } },
    ]),
  );
}

const numbers = Buffer.from(Float32Array.of(0.5, -1, 2, 3).buffer);

/** To `echo`, of 8 bytes and 4 numbers; the expected answers are those of tritonserver 2.51. */
function echo(u8: Place, f32: Place, raw: Uint8Array[], outputs: Record<string, Place> = {}) {
  return ModelInferRequest.create({
    modelName: 'echo',
    inputs: [
      { name: 'U8', datatype: 'UINT8', shape: [2n, 4n], parameters: parameters(u8) },
      { name: 'F32', datatype: 'FP32', shape: [2n, 2n], parameters: parameters(f32) },
    ],
    outputs: Object.entries(outputs).map(([name, place]) => ({ name, parameters: parameters(place) })),
    rawInputContents: raw,
  });
}

describe.each(['127.0.0.1:0', 'unix:'])('system shared memory over %s', (kind) => {
  let folder: string;
  let server: KserveServer;
  let client: Client;

  async function start(offered: boolean): Promise<void> {
    server = new KserveServer(echoModels, {
      name: 'test',
      version: '1',
      maxMessageBytes: 2 ** 20,
      report: (_, error) => {
        throw error;
      },
      sharedMemory: offered ? { folder, maxRegions: 10 } : undefined,
    });
    const address = await server.listen(kind === 'unix:' ? `unix:${join(folder, 's.sock')}` : kind);
    client = new Client(address, credentials.createInsecure());
  }

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'face-regions-'));
    writeFileSync(
      join(folder, 'file'),
      Uint8Array.from({ length: 256 }, (_, index) => index),
      { mode: 0o600 },
    );
    await start(true);
    await ask('systemSharedMemoryRegister', { name: 'a', key: '/file', offset: 0n, byteSize: 128n });
  });

  afterEach(async () => {
    client.close();
    await server.close(1000);
    rmSync(folder, { recursive: true });
  });

  function ask<Name extends keyof typeof inferenceService>(
    name: Name,
    request: unknown,
  ): Promise<ReturnType<(typeof inferenceService)[Name]['responseDeserialize']>> {
    type Answer = ReturnType<(typeof inferenceService)[Name]['responseDeserialize']>;
    const { path, requestSerialize, responseDeserialize } = inferenceService[name] as MethodDefinition<
      unknown,
      Answer
    >;
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, answer) =>
        error === null && answer !== undefined ? resolve(answer) : reject(error ?? new Error()),
      );
    });
  }

  const refusal = (method: keyof typeof inferenceService, request: unknown) =>
    ask(method, request).then(
      () => [status.OK, ''],
      ({ code, details }: ServiceError) => [code, details],
    );

  it('reads inputs there, with raw contents for the others only', async () => {
    const mixed = await ask('modelInfer', echo({ region: 'a', byte_size: 8, offset: 2 }, {}, [numbers]));
    expect(mixed.rawOutputContents.map((bytes) => [...bytes])).toEqual([
      [2, 3, 4, 5, 6, 7, 8, 9],
      [...numbers],
    ]);
    const both = echo({ region: 'a', byte_size: 8 }, { region: 'a', byte_size: 16, offset: 32 }, []);
    const { rawOutputContents } = await ask('modelInfer', both);
    expect([...(rawOutputContents[1] ?? [])]).toEqual(Array.from({ length: 16 }, (_, index) => index + 32));
  });

  it('writes outputs there, and leaves their raw contents empty', async () => {
    const request = echo({}, {}, [new Uint8Array(8).fill(9), numbers], {
      OF32: { region: 'a', byte_size: 64, offset: 100 - 64 },
      OU8: {},
    });
    const { outputs, rawOutputContents } = await ask('modelInfer', request);
    expect(outputs.map(({ name }) => name)).toEqual(['OU8', 'OF32']);
    expect(rawOutputContents.map(({ byteLength }) => byteLength)).toEqual([8, 0]);
    expect(readFileSync(join(folder, 'file')).subarray(36, 52)).toEqual(numbers);
  });

  it.each<[string, Place, readonly [number, string]]>([
    ['an unknown region', { region: 'zz', byte_size: 8 }, [5, "Unable to find shared memory region: 'zz'"]],
    [
      'another size',
      { region: 'a', byte_size: 9 },
      [
        3,
        "[request id: <id_unknown>] input byte size mismatch for input 'U8' for model 'echo'. Expected 8, got 9",
      ],
    ],
    [
      'no size',
      { region: 'a' },
      [
        3,
        "'shared_memory_byte_size' must be specified along with 'shared_memory_region' parameter for tensor 'U8'",
      ],
    ],
    [
      'a size of 0',
      { region: 'a', byte_size: 0 },
      [3, "Invalid offset + byte size for shared memory region: 'a'"],
    ],
    [
      'an offset below 0',
      { region: 'a', byte_size: 8, offset: -1 },
      [3, "Invalid offset for shared memory region: 'a'"],
    ],
    [
      'an end outside',
      { region: 'a', byte_size: 8, offset: 121 },
      [3, "Invalid offset + byte size for shared memory region: 'a'"],
    ],
    [
      'a region that is no text',
      { region: 5, byte_size: 8 },
      [3, "invalid value type for 'shared_memory_region' parameter for tensor 'U8', expected string_param."],
    ],
    [
      'a size that is no integer',
      { region: 'a', byte_size: '8' },
      [
        3,
        "invalid value type for 'shared_memory_byte_size' parameter for tensor 'U8', expected int64_param.",
      ],
    ],
    [
      'an offset only',
      { offset: 8 },
      [
        3,
        "'shared_memory_offset' can not be specified without 'shared_memory_region' parameter for tensor 'U8'",
      ],
    ],
  ])('refuses %s', async (_, place, expected) => {
    expect(await refusal('modelInfer', echo(place, {}, [numbers]))).toEqual(expected);
  });

  it('refuses outputs that have no room, or no region', async () => {
    const raw = [new Uint8Array(8), numbers];
    const small = echo({}, {}, raw, { OF32: { region: 'a', byte_size: 8 } });
    expect(await refusal('modelInfer', small)).toEqual([
      status.INTERNAL,
      "shared memory size specified with the request for output 'OF32' (8 bytes) should be at least 16 bytes to hold the results",
    ]);
    const unknown = echo({}, {}, raw, { nope: { region: 'zz', byte_size: 8 } });
    expect(await refusal('modelInfer', unknown)).toEqual([
      status.NOT_FOUND,
      "Unable to find shared memory region: 'zz'",
    ]);
  });

  it('refuses typed contents beside shared memory', async () => {
    const request = echo({ region: 'a', byte_size: 8 }, {}, [numbers]);
    const [u8, f32] = request.inputs;
    const contents = ModelInferRequest.create({ inputs: [{ contents: {} }] }).inputs[0]?.contents;
    expect(await refusal('modelInfer', { ...request, inputs: [{ ...u8, contents }, f32] })).toEqual([
      status.INVALID_ARGUMENT,
      "unexpected 'content' provided when using shared memory for input tensor 'U8' for model 'echo'",
    ]);
  });

  it('checks the elements of BYTES and gives them as they were checked', async () => {
    writeFileSync(join(folder, 'file'), Buffer.from('0200000061620000000099', 'hex'), { flag: 'r+' });
    const request = (byteSize: number) =>
      ModelInferRequest.create({
        modelName: 'text',
        inputs: [
          {
            name: 'S',
            datatype: 'BYTES',
            shape: [1n, 2n],
            parameters: parameters({ region: 'a', byte_size: byteSize }),
          },
        ],
      });
    const { rawOutputContents } = await ask('modelInfer', request(10));
    expect(Buffer.from(rawOutputContents[0] ?? []).toString('hex')).toBe('02000000616200000000');
    expect((await refusal('modelInfer', request(11)))[0]).toBe(status.INVALID_ARGUMENT);
  });

  it('lists and forgets regions', async () => {
    const region = { name: 'a', key: '/file', offset: 0n, byteSize: 128n };
    expect(await ask('systemSharedMemoryStatus', { name: '' })).toEqual({ regions: { a: region } });
    expect(await ask('systemSharedMemoryUnregister', { name: 'r' })).toEqual({});
    expect(await ask('systemSharedMemoryUnregister', { name: '' })).toEqual({});
    expect(await ask('systemSharedMemoryStatus', { name: '' })).toEqual({ regions: {} });
    expect((await ask('serverMetadata', {})).extensions).toContain('system_shared_memory');
  });

  it('is not offered without a folder', async () => {
    client.close();
    await server.close(1000);
    await start(false);
    expect((await refusal('systemSharedMemoryStatus', { name: '' }))[0]).toBe(status.UNIMPLEMENTED);
    expect((await ask('serverMetadata', {})).extensions).not.toContain('system_shared_memory');
    expect(await refusal('modelInfer', echo({ region: 'a', byte_size: 8 }, {}, [numbers]))).toEqual([
      status.NOT_FOUND,
      "Unable to find shared memory region: 'a'",
    ]);
  });
});
