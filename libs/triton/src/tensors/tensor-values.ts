import { FaceError } from '@face/errors';
import type { Tensor } from '@face/kserve';

/** Datatypes that {@link readFloats} and {@link readCounts} understand, and {@link writeNumbers} writes. */
export const floatDatatypes = ['FP32', 'FP16', 'FP64'] as const;
export const countDatatypes = ['INT32', 'INT64', 'UINT32', 'UINT64', 'INT16', 'UINT16', 'UINT8'] as const;
export const inputDatatypes = ['UINT8', 'FP32', 'FP64'] as const;

export type FloatDatatype = (typeof floatDatatypes)[number];
export type CountDatatype = (typeof countDatatypes)[number];
export type InputDatatype = (typeof inputDatatypes)[number];

/**
 * Values of a floating point tensor, in row-major order.
 * @throws FaceError `triton_failed` naming model and tensor when one is not finite.
 */
export function readFloats(model: string, tensor: Tensor): Float32Array {
  const values = floats(tensor);
  for (const value of values) {
    if (!Number.isFinite(value)) {
      throw new FaceError(
        'triton_failed',
        `The model '${model}' gave a number that is not finite in the tensor '${tensor.name}'.`,
      );
    }
  }
  return values;
}

/**
 * Values of an integer tensor that counts something.
 * @throws FaceError `triton_failed` naming model and tensor when one is negative.
 */
export function readCounts(model: string, tensor: Tensor): number[] {
  const counts = integers(tensor);
  if (counts.some((count) => count < 0)) {
    throw new FaceError('triton_failed', `The model '${model}' gave a negative count in '${tensor.name}'.`);
  }
  return counts;
}

/** Raw bytes of numbers as a model wants them. Bytes that are right already are passed on, not copied. */
export function writeNumbers(datatype: InputDatatype, values: ArrayLike<number>): Uint8Array {
  switch (datatype) {
    case 'UINT8':
      return values instanceof Uint8Array ? values : Uint8Array.from(values);
    case 'FP32':
      return bytesOf(values instanceof Float32Array ? values : Float32Array.from(values));
    case 'FP64':
      return bytesOf(Float64Array.from(values));
  }
}

function floats(tensor: Tensor): Float32Array {
  switch (tensor.datatype) {
    case 'FP32':
      return new Float32Array(aligned(tensor.data));
    case 'FP64':
      return Float32Array.from(new Float64Array(aligned(tensor.data)));
    case 'FP16':
      return Float32Array.from(new Uint16Array(aligned(tensor.data)), halfToNumber);
    default:
      throw new TypeError(`${tensor.name} is ${tensor.datatype}, no floating point tensor`);
  }
}

function integers(tensor: Tensor): number[] {
  const buffer = aligned(tensor.data);
  switch (tensor.datatype) {
    case 'INT64':
      return Array.from(new BigInt64Array(buffer), Number);
    case 'UINT64':
      return Array.from(new BigUint64Array(buffer), Number);
    case 'INT32':
      return Array.from(new Int32Array(buffer));
    case 'UINT32':
      return Array.from(new Uint32Array(buffer));
    case 'INT16':
      return Array.from(new Int16Array(buffer));
    case 'UINT16':
      return Array.from(new Uint16Array(buffer));
    case 'UINT8':
      return Array.from(new Uint8Array(buffer));
    default:
      throw new TypeError(`${tensor.name} is ${tensor.datatype}, no integer tensor`);
  }
}

/** A tensor is a view at any offset of its message, and typed arrays ask for an aligned one. */
function aligned(data: Uint8Array): ArrayBuffer {
  return new Uint8Array(data).buffer;
}

function bytesOf(array: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
