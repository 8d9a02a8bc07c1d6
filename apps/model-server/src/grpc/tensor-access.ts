import type { ModelRequest, Tensor } from '@face/kserve';

/** @throws Error when the request was not checked against the model's definition */
export function inputOf(request: ModelRequest, name: string): Tensor {
  const tensor = request.inputs.get(name);
  if (tensor === undefined) throw new Error(`the request has no input '${name}'`);
  return tensor;
}

/** A copy of one item of a batch, in a buffer of its own, which can go to another thread. */
export function copyItem({ data, shape }: Tensor, index: number): Uint8Array<ArrayBuffer> {
  const bytes = data.byteLength / (shape[0] ?? 1);
  return new Uint8Array(data.subarray(index * bytes, (index + 1) * bytes));
}

/** The numbers of an FP32 tensor. Copied, because a view into a message may begin at any byte. */
export function floatRows({ data }: Tensor): Float32Array {
  return new Float32Array(new Uint8Array(data).buffer);
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
