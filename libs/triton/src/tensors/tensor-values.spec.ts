import type { Datatype, Tensor } from '@face/kserve';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCounts, readFloats, writeNumbers } from './tensor-values.js';

/** The bytes at an odd offset of a longer buffer, as they lie in a message. */
function tensor(datatype: Datatype, bytes: ArrayBufferLike, shape: number[] = []): Tensor {
  const message = new Uint8Array(bytes.byteLength + 3);
  message.set(new Uint8Array(bytes), 3);
  return { name: 't', datatype, shape, data: message.subarray(3) };
}

describe('readFloats', () => {
  it('gives back what writeNumbers wrote', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noDefaultInfinity: true, noNaN: true })), (values) => {
        const floats = Float32Array.from(values);
        for (const datatype of ['FP32', 'FP64'] as const) {
          const written = writeNumbers(datatype, floats);
          expect(readFloats('m', tensor(datatype, new Uint8Array(written).buffer))).toEqual(floats);
        }
      }),
    );
  });

  it('reads half precision', () => {
    const halfs = Uint16Array.of(0x0000, 0x8000, 0x3c00, 0xc000, 0x7bff, 0x0001, 0x03ff, 0x0400, 0x3555);
    const expected = [0, -0, 1, -2, 65504, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, 0.333251953125];
    expect(Array.from(readFloats('m', tensor('FP16', halfs.buffer)))).toEqual(expected);
  });

  it.each([
    ['NaN', 'FP32', Float32Array.of(0, Number.NaN).buffer],
    ['Infinity', 'FP64', Float64Array.of(-Infinity).buffer],
    ['a half-precision infinity', 'FP16', Uint16Array.of(0x7c00).buffer],
    ['a half-precision NaN', 'FP16', Uint16Array.of(0x7c01).buffer],
    ['a double beyond float32', 'FP64', Float64Array.of(1e300).buffer],
  ] as const)('refuses %s, naming model and tensor', (_what, datatype, bytes) => {
    expect(() => readFloats('m', tensor(datatype, bytes))).toThrow(/'m'.*not finite.*'t'/);
  });
});

describe('readCounts', () => {
  it.each([
    ['INT64', BigInt64Array.of(3n, 0n).buffer],
    ['UINT64', BigUint64Array.of(3n, 0n).buffer],
    ['INT32', Int32Array.of(3, 0).buffer],
    ['UINT32', Uint32Array.of(3, 0).buffer],
    ['INT16', Int16Array.of(3, 0).buffer],
    ['UINT16', Uint16Array.of(3, 0).buffer],
    ['UINT8', Uint8Array.of(3, 0).buffer],
  ] as const)('reads %s', (datatype, bytes) => {
    expect(readCounts('m', tensor(datatype, bytes))).toEqual([3, 0]);
  });

  it('refuses negative ones', () => {
    expect(() => readCounts('m', tensor('INT32', Int32Array.of(1, -1).buffer))).toThrow(/'m'.*negative.*'t'/);
  });
});

describe('writeNumbers', () => {
  it('does not copy bytes that are right already', () => {
    const pixels = Uint8Array.of(1, 2, 3);
    expect(writeNumbers('UINT8', pixels)).toBe(pixels);
    const scale = Float32Array.of(0.5);
    expect(writeNumbers('FP32', scale).buffer).toBe(scale.buffer);
  });

  it('turns pixels into floats for a model that wants them', () => {
    const written = writeNumbers('FP32', Uint8Array.of(0, 255));
    expect(new Float32Array(written.buffer)).toEqual(Float32Array.of(0, 255));
  });
});
