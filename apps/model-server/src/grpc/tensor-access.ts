import { type InputTensor, type ModelRequest, SharedBytes } from '@face/kserve';
import type { JobBytes } from '../workers/face-jobs.js';
import type { PreparedJob } from '../workers/worker-thread.js';

/** @throws Error when the request was not checked against the model's definition */
export function inputOf(request: ModelRequest, name: string): InputTensor {
  const tensor = request.inputs.get(name);
  if (tensor === undefined) throw new Error(`the request has no input '${name}'`);
  return tensor;
}

/** One item of a batch, and what a job that carries it needs. */
interface TakenItem extends Pick<PreparedJob<never>, 'transfer' | 'release'> {
  readonly bytes: JobBytes;
}

/**
 * One item of a batch for another thread: a copy in a buffer of its own; of shared memory only the place in its file,
 * which stays open until it is released.
 */
export function takeItem({ data, shape }: InputTensor, index: number): TakenItem {
  const length = data.byteLength / (shape[0] ?? 1);
  const item = data.subarray(index * length, (index + 1) * length);
  if (item instanceof SharedBytes) {
    const { descriptor, position, byteLength } = item;
    return { bytes: { descriptor, position, byteLength }, transfer: [], release: item.hold() };
  }
  const bytes = new Uint8Array(item);
  return { bytes, transfer: [bytes.buffer] };
}

/** The numbers of an FP32 tensor. Copied, because a view into a message may begin at any byte. */
export function floatRows({ data }: InputTensor): Float32Array {
  const bytes = data instanceof SharedBytes ? data.read() : new Uint8Array(data);
  return new Float32Array(bytes.buffer);
}

/** The arrays one after the other, as raw contents. */
export function joinFloats(arrays: readonly Float32Array[]): Uint8Array {
  const joined = new Float32Array(arrays.reduce((length, array) => length + array.length, 0));
  let position = 0;
  for (const array of arrays) {
    joined.set(array, position);
    position += array.length;
  }
  return new Uint8Array(joined.buffer);
}
