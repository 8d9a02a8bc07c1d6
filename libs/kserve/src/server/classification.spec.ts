import { describe, expect, it } from 'vitest';
import type { Tensor } from '../tensor.js';
import { classify } from './classification.js';

function tensor(datatype: Tensor['datatype'], shape: number[], values: ArrayBufferView): Tensor {
  const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name: 'Y', datatype, shape, data };
}

/** The elements of a BYTES tensor. */
function texts({ data }: Tensor): string[] {
  const bytes = Buffer.from(data);
  const found: string[] = [];
  for (let position = 0; position < bytes.length;) {
    const end = position + 4 + bytes.readUInt32LE(position);
    found.push(bytes.toString('utf8', position + 4, end));
    position = end;
  }
  return found;
}

describe('classify', () => {
  it('tells the largest values of each item, with their places', () => {
    const answer = classify(tensor('FP32', [2, 2], Float32Array.of(0.5, -1, 2, 3)), 2, true);
    expect(answer).toMatchObject({ name: 'Y', datatype: 'BYTES', shape: [2, 2] });
    expect(texts(answer)).toEqual(['0.500000:0', '-1.000000:1', '3.000000:1', '2.000000:0']);
  });

  it('tells no more than there are', () => {
    const answer = classify(tensor('UINT8', [2, 2], Uint8Array.of(1, 2, 9, 8)), 100, true);
    expect(answer.shape).toEqual([2, 2]);
    expect(texts(answer)).toEqual(['2:1', '1:0', '9:0', '8:1']);
  });

  it('takes a tensor without a batch for one item', () => {
    const answer = classify(tensor('INT64', [3], BigInt64Array.of(2n, -(2n ** 62n), 1n)), 2, false);
    expect(answer.shape).toEqual([2]);
    expect(texts(answer)).toEqual(['2:0', '1:2']);
  });

  it('has nothing to tell of an empty batch', () => {
    const answer = classify(tensor('FP32', [0, 5], new Float32Array()), 1, true);
    expect([answer.shape, texts(answer)]).toEqual([[0], []]);
  });

  it('reads values at any offset of a message', () => {
    const message = Uint8Array.of(9, 9, 9, ...new Uint8Array(Float32Array.of(1, 2).buffer));
    expect(texts(classify(tensor('FP32', [2], message.subarray(3)), 1, false))).toEqual(['2.000000:1']);
  });

  it.each([
    [2.0078125, '2.007812:0'],
    [2.0234375, '2.023438:0'],
    [-0, '-0.000000:0'],
    [1e30, '1000000000000000019884624838656.000000:0'],
    [-Infinity, '-inf:0'],
    [Number.NaN, 'nan:0'],
  ])('writes %d as C++ does', (value, text) => {
    expect(texts(classify(tensor('FP64', [1], Float64Array.of(value)), 1, false))).toEqual([text]);
  });

  it.each(['FP16', 'BF16', 'BOOL', 'BYTES'] as const)('cannot compare %s', (datatype) => {
    expect(() => classify(tensor(datatype, [1], new Uint8Array(2)), 1, false)).toThrow(
      `class result not available for output due to unsupported type '${datatype}'`,
    );
  });
});
