import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelInferRequest } from '../generated/inference/grpc_service.js';
import type { ModelDefinition } from './model.js';
import { checkInferRequest } from './request-check.js';

const echo: ModelDefinition = {
  name: 'echo',
  version: 1,
  platform: 'python',
  backend: 'python',
  maxBatchSize: 8,
  inputs: [
    { name: 'U8', datatype: 'UINT8', dims: [4] },
    { name: 'F32', datatype: 'FP32', dims: [2] },
  ],
  outputs: [{ name: 'OU8', datatype: 'UINT8', dims: [4] }],
  parameters: {},
  instances: 1,
};
const pictures: ModelDefinition = {
  ...echo,
  name: 'pictures',
  inputs: [{ name: 'P', datatype: 'UINT8', dims: [-1, -1, 3] }],
};
const rows: ModelDefinition = {
  ...echo,
  name: 'rows',
  maxBatchSize: 0,
  inputs: [{ name: 'X', datatype: 'FP32', dims: [-1, 2] }],
};
const words: ModelDefinition = {
  ...echo,
  name: 'words',
  inputs: [{ name: 'S', datatype: 'BYTES', dims: [2] }],
};

type Partial = Parameters<typeof ModelInferRequest.create>[0];

function check(definition: ModelDefinition, request: Partial) {
  return checkInferRequest(definition, ModelInferRequest.create({ modelName: definition.name, ...request }));
}

function fault(definition: ModelDefinition, request: Partial): string {
  try {
    check(definition, request);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'none';
}

const u8 = { name: 'U8', datatype: 'UINT8', shape: [2, 4] };
const f32 = { name: 'F32', datatype: 'FP32', shape: [2, 2] };
const raw = [new Uint8Array(8), new Uint8Array(16)];
const unknown = '[request id: <id_unknown>] ';

describe('checkInferRequest', () => {
  it('gives every input with its shape and a view of its bytes', () => {
    const { batchSize, inputs, id } = check(echo, {
      id: 'a',
      inputs: [f32, u8],
      rawInputContents: raw.toReversed(),
    });
    expect({ batchSize, id }).toEqual({ batchSize: 2, id: 'a' });
    expect(inputs.get('U8')).toEqual({ name: 'U8', datatype: 'UINT8', shape: [2, 4], data: raw[0] });
    expect(inputs.get('F32')?.data).toBe(raw[1]);
  });

  it.each<[string, Partial, string]>([
    [
      'a datatype in lower case',
      { inputs: [{ ...u8, datatype: 'uint8' }, f32], rawInputContents: raw },
      `${unknown}inference input 'U8' data-type is '<invalid>', but model 'echo' expects 'UINT8'`,
    ],
    [
      'another rank',
      { inputs: [{ ...u8, shape: [2, 2, 2] }, f32], rawInputContents: raw },
      `${unknown}unexpected shape for input 'U8' for model 'echo'. Expected [-1,4], got [2,2,2]. NOTE: Setting`,
    ],
    [
      'more items than the model takes',
      {
        inputs: [
          { ...u8, shape: [9, 4] },
          { ...f32, shape: [9, 2] },
        ],
        rawInputContents: raw,
      },
      `${unknown}inference request batch-size must be <= 8 for 'echo'`,
    ],
    [
      'no items',
      {
        inputs: [
          { ...u8, shape: [0, 4] },
          { ...f32, shape: [0, 2] },
        ],
        rawInputContents: [new Uint8Array(), new Uint8Array()],
      },
      `${unknown}input byte size mismatch for input 'F32' for model 'echo'. Expected 8, got 0`,
    ],
    [
      'no items, but bytes for one',
      {
        inputs: [
          { ...u8, shape: [0, 4] },
          { ...f32, shape: [0, 2] },
        ],
        rawInputContents: [new Uint8Array(4), new Uint8Array(8)],
      },
      `${unknown}input byte size mismatch for input 'F32' for model 'echo'. Expected 0, got 8`,
    ],
    [
      'an input too few',
      { id: 'abc', inputs: [u8], rawInputContents: raw },
      "[request id: abc] expected 2 inputs but got 1 inputs for model 'echo'. Got input(s) ['U8'], but missing required input(s) ['F32']. Please",
    ],
    [
      'no inputs at all',
      {},
      `${unknown}expected 2 inputs but got 0 inputs for model 'echo'. Got input(s) [], but missing required input(s) ['U8','F32']. Please`,
    ],
    [
      'an unknown output',
      { inputs: [u8, f32], rawInputContents: raw, outputs: [{ name: 'ZZ' }] },
      "unexpected inference output 'ZZ' for model 'echo'",
    ],
    [
      'a parameter of the wrong type',
      {
        inputs: [u8, f32],
        rawInputContents: raw,
        parameters: { timeout: { parameterChoice: { $case: 'stringParam', value: '1' } } },
      },
      "invalid value type for 'timeout' parameter, expected int64_param.",
    ],
    [
      'an empty custom parameter',
      { inputs: [u8, f32], rawInputContents: raw, parameters: { mine: {} } },
      "invalid value type for 'mine' parameter, expected int64_param, bool_param, or string_param.",
    ],
    [
      'a reserved parameter',
      {
        inputs: [u8, f32],
        rawInputContents: raw,
        parameters: { triton_x: { parameterChoice: { $case: 'boolParam', value: true } } },
      },
      "parameter keys starting with 'triton_' are reserved for Triton usage.",
    ],
    [
      'a classification without a class',
      {
        inputs: [u8, f32],
        rawInputContents: raw,
        outputs: [
          {
            name: 'OU8',
            parameters: { classification: { parameterChoice: { $case: 'int64Param', value: 0 } } },
          },
        ],
      },
      "invalid value for 'classification' parameter, expected >= 0",
    ],
    [
      'several unknown outputs, and names the first of the alphabet',
      { inputs: [u8, f32], rawInputContents: raw, outputs: [{ name: 'ZZ' }, { name: 'YY' }] },
      "unexpected inference output 'YY' for model 'echo'",
    ],
  ])('refuses %s', (_, request, text) => {
    expect(fault(echo, request)).toContain(text);
  });

  it('refuses a size that overflows, also when it wraps around to the bytes that came', () => {
    const size = (shape: bigint[], bytes: number) =>
      fault(pictures, {
        inputs: [{ name: 'P', datatype: 'UINT8', shape }],
        rawInputContents: [new Uint8Array(bytes)],
      });
    expect(size([1n, 2n ** 62n, 4n, 3n], 0)).toContain(`Expected ${3n * 2n ** 64n}, got 0`);
    expect(size([1n, 3_074_457_345_618_258_603n, 2n, 3n], 12_288)).toContain('Expected 2, got 12288');
    expect(size([1n, 3_074_457_345_618_258_603n, 2n, 3n], 2)).toContain(
      'Expected 18446744073709551618, got 2',
    );
    expect(size([1n, 2n ** 40n, 0n, 3n], 0)).toContain('Expected 0, got 0');
  });

  it.each([
    [2n ** 31n, 8, 'Expected 17179869184, got 8'],
    [2n ** 31n + 1n, 8, 'Expected 17179869192, got 8'],
    [2n ** 63n - 1n, 0, 'Expected 34359738360, got 0'],
    [-1n, 0, 'Expected 34359738360, got 0'],
    // From here on the real server is content with what it has counted.
    [2n ** 32n + 1n, 8, 'Expected 34359738376, got 8'],
    [1n - 2n ** 32n, 8, 'Expected -34359738360, got 8'],
    [2n ** 32n, 8, 'Expected 34359738368, got 8'],
    [0n, 8, 'Expected 0, got 8'],
  ])('reads a batch of %d in 32 bits, and is told its bytes: %d', (batch, bytes, text) => {
    const one: ModelDefinition = {
      ...rows,
      name: 'one',
      maxBatchSize: 8,
      inputs: [{ name: 'F32', datatype: 'FP32', dims: [2] }],
    };
    const request = {
      inputs: [{ ...f32, shape: [batch, 2n] }],
      rawInputContents: [new Uint8Array(bytes)],
    };
    expect(fault(one, request)).toContain(text);
  });

  it('does not take the batch of one input for that of another', () => {
    const request = {
      inputs: [u8, { ...f32, shape: [0, 2] }],
      rawInputContents: raw,
    };
    expect(fault(echo, request)).toContain("for input 'F32' for model 'echo'. Expected 0, got 16");
  });

  it('accepts exactly the sizes that their bytes fill', () => {
    const side = fc.oneof(
      fc.bigInt({ min: -3n, max: 9n }),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    );
    fc.assert(
      fc.property(side, side, side, fc.nat(600), (batch, height, width, bytes) => {
        const shape = [batch, height, width, 3n];
        const answer = fault(pictures, {
          inputs: [{ name: 'P', datatype: 'UINT8', shape }],
          rawInputContents: [new Uint8Array(bytes)],
        });
        const fits =
          batch >= 1n &&
          batch <= 8n &&
          height >= 0n &&
          width >= 0n &&
          batch * height * width * 3n === BigInt(bytes);
        const small = shape.every((size) => size < 2n ** 31n);
        expect(answer === 'none').toBe(fits && small);
      }),
    );
  });

  it('takes no batch dimension where the model has none', () => {
    const request = (shape: number[], bytes: number) => ({
      inputs: [{ name: 'X', datatype: 'FP32', shape }],
      rawInputContents: [new Uint8Array(bytes)],
    });
    expect(check(rows, request([3, 2], 24))).toMatchObject({ batchSize: 1 });
    expect(check(rows, request([0, 2], 0)).inputs.get('X')?.shape).toEqual([0, 2]);
    expect(fault(rows, request([1, 3], 12))).toBe(
      `${unknown}unexpected shape for input 'X' for model 'rows'. Expected [-1,2], got [1,3]. `,
    );
    expect(fault(rows, request([-1, 2], 8))).toBe(
      `${unknown}All input dimensions should be specified for input 'X' for model 'rows', got [-1,2]`,
    );
  });

  it.each([
    ['0000000000000000', 'none'],
    ['020000006162', "expected 2 string elements for inference input 'S' for model 'words', got 1"],
    [
      '000000000000000000000000',
      "unexpected number of string elements 3 for inference input 'S' for model 'words', expecting 2",
    ],
    [
      '00000000000000',
      "incomplete string length indicator for inference input 'S' for model 'words', expecting 4 bytes but only 3",
    ],
    [
      '000000000500000061',
      "incomplete string data for inference input 'S', expecting string of length 5 but only 1 bytes available",
    ],
  ])('counts the elements of BYTES %s', (hex, text) => {
    const request = {
      inputs: [{ name: 'S', datatype: 'BYTES', shape: [1, 2] }],
      rawInputContents: [Buffer.from(hex, 'hex')],
    };
    expect(fault(words, request)).toContain(text);
  });

  it('turns typed contents into bytes', () => {
    const { inputs } = check(echo, {
      inputs: [
        { ...u8, shape: [1, 4], contents: { uintContents: [1, 2, 255, 300] } },
        { ...f32, shape: [1, 2], contents: { fp32Contents: [0.5, -1] } },
      ],
    });
    expect(inputs.get('U8')?.data).toEqual(Uint8Array.of(1, 2, 255, 44));
    expect(inputs.get('F32')?.data).toEqual(new Uint8Array(Float32Array.of(0.5, -1).buffer));
    const text = check(words, {
      inputs: [
        {
          name: 'S',
          datatype: 'BYTES',
          shape: [1, 2],
          contents: { bytesContents: [Buffer.from('ab'), Buffer.from('')] },
        },
      ],
    });
    expect(text.inputs.get('S')?.data).toEqual(Buffer.from('02000000616200000000', 'hex'));
  });
});
