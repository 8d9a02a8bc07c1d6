import type { InferInput, InferTensorContents } from './messages.js';
import { invalidArgument } from './protocol-error.js';

/** A typed field of InferTensorContents, the datatypes it may carry and how its values become bytes. */
interface Field {
  readonly datatypes: readonly string[];
  readonly values: (contents: InferTensorContents) => readonly unknown[];
  readonly toBytes: (contents: InferTensorContents, datatype: string) => Uint8Array;
}

/** Of `intContents` and `uintContents` the low bytes count, as in the real server: 300 for a UINT8 is 44. */
const integers = {
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
};

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function integerBytes(values: readonly number[], datatype: string): Uint8Array {
  return bytesOf(integers[datatype as keyof typeof integers].from(values));
}

/** In the order in which the real server looks at them; the last datatype of each is the one it names in errors. */
const fields: readonly Field[] = [
  {
    datatypes: ['BOOL'],
    values: (contents) => contents.boolContents,
    toBytes: (contents) => Uint8Array.from(contents.boolContents, Number),
  },
  {
    datatypes: ['INT8', 'INT16', 'INT32'],
    values: (contents) => contents.intContents,
    toBytes: (contents, datatype) => integerBytes(contents.intContents, datatype),
  },
  {
    datatypes: ['INT64'],
    values: (contents) => contents.int64Contents,
    toBytes: (contents) => bytesOf(BigInt64Array.from(contents.int64Contents)),
  },
  {
    datatypes: ['UINT8', 'UINT16', 'UINT32'],
    values: (contents) => contents.uintContents,
    toBytes: (contents, datatype) => integerBytes(contents.uintContents, datatype),
  },
  {
    datatypes: ['UINT64'],
    values: (contents) => contents.uint64Contents,
    toBytes: (contents) => bytesOf(BigUint64Array.from(contents.uint64Contents)),
  },
  {
    datatypes: ['FP32'],
    values: (contents) => contents.fp32Contents,
    toBytes: (contents) => bytesOf(Float32Array.from(contents.fp32Contents)),
  },
  {
    datatypes: ['FP64'],
    values: (contents) => contents.fp64Contents,
    toBytes: (contents) => bytesOf(Float64Array.from(contents.fp64Contents)),
  },
  {
    datatypes: ['BYTES'],
    values: (contents) => contents.bytesContents,
    toBytes: (contents) => joinBytes(contents.bytesContents),
  },
];

/** A BYTES tensor: each element is its length as uint32, little-endian, and then its bytes. */
export function joinBytes(elements: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(elements.flatMap((element) => [bytesOf(Uint32Array.of(element.byteLength)), element]));
}

/**
 * Turns typed contents into the raw form.
 * @param datatype of the input as the request says, '<invalid>' for none that is known
 * @throws ProtocolError when a field is set that does not suit the datatype
 */
export function rawFromContents(
  input: InferInput,
  contents: InferTensorContents,
  datatype: string,
  model: string,
): Uint8Array {
  let raw: Uint8Array = new Uint8Array();
  const refuse = (details: string) =>
    invalidArgument(
      `unexpected explicit tensor data for input tensor '${input.name}' for model '${model}'${details}`,
    );
  for (const { datatypes, values, toBytes } of fields) {
    if (values(contents).length === 0) continue;
    if (raw.byteLength > 0) throw refuse(', binary data was already supplied.');
    if (!datatypes.includes(datatype)) {
      throw refuse(` of type '${datatypes.at(-1) ?? ''}', expected datatype '${datatype}'`);
    }
    raw = toBytes(contents, datatype);
  }
  return raw;
}
