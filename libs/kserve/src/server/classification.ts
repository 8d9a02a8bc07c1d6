import type { Datatype, Tensor } from '../tensor.js';
import type { InferRequestedOutput } from './messages.js';
import { invalidArgument } from './protocol-error.js';
import { joinBytes } from './tensor-contents.js';

type Values = ArrayLike<number | bigint>;

/** Datatypes whose values can be compared, and views of their bytes. */
const arrays: Partial<Record<Datatype, (buffer: ArrayBuffer) => Values>> = {
  UINT8: (buffer) => new Uint8Array(buffer),
  UINT16: (buffer) => new Uint16Array(buffer),
  UINT32: (buffer) => new Uint32Array(buffer),
  UINT64: (buffer) => new BigUint64Array(buffer),
  INT8: (buffer) => new Int8Array(buffer),
  INT16: (buffer) => new Int16Array(buffer),
  INT32: (buffer) => new Int32Array(buffer),
  INT64: (buffer) => new BigInt64Array(buffer),
  FP32: (buffer) => new Float32Array(buffer),
  FP64: (buffer) => new Float64Array(buffer),
};

/**
 * How many classes of an output are asked for, by Triton's classification extension.
 * @returns null when the output is wanted as it is
 * @throws ProtocolError
 */
export function readClassCount({ parameters }: InferRequestedOutput): number | null {
  const parameter = parameters['classification'];
  if (parameter === undefined) return null;
  const choice = parameter.parameterChoice;
  if (choice?.$case !== 'int64Param') {
    throw invalidArgument("invalid value type for 'classification' parameter, expected int64_param");
  }
  // The real server's words, although it refuses 0.
  if (choice.value <= 0n)
    throw invalidArgument("invalid value for 'classification' parameter, expected >= 0");
  return Number(BigInt.asUintN(32, choice.value));
}

/**
 * The largest values of each item of an output, as texts `value:index`.
 * @param count of classes that are wanted of each item
 * @param batched whether the first dimension of the tensor counts items
 * @returns BYTES [N, min(count, values of an item)], without N when there is no batch
 * @throws ProtocolError when values of the tensor's datatype have no order
 */
export function classify({ name, datatype, shape, data }: Tensor, count: number, batched: boolean): Tensor {
  const view = arrays[datatype];
  if (view === undefined) {
    throw invalidArgument(`class result not available for output due to unsupported type '${datatype}'`);
  }
  const items = batched ? (shape[0] ?? 0) : 0;
  const values = (items === 0 ? shape : shape.slice(1)).reduce((product, size) => product * size, 1);
  const all = view(new Uint8Array(data).buffer);
  const texts = Array.from({ length: Math.max(1, items) }, (_, item) =>
    best(all, item * values, values, count),
  );
  const width = Math.min(count, values);
  return {
    name,
    datatype: 'BYTES',
    shape: items === 0 ? [width] : [items, width],
    data: joinBytes(texts.flat().map((text) => Buffer.from(text))),
  };
}

function best(all: Values, start: number, length: number, count: number): string[] {
  const at = (index: number) => all[start + index] ?? Number.NaN;
  return Array.from({ length }, (_, index) => index)
    .sort((a, b) => (at(a) > at(b) ? -1 : at(a) < at(b) ? 1 : 0))
    .slice(0, count)
    .map((index) => `${decimal(all, at(index))}:${index}`);
}

/** As C++ `to_string` writes numbers: floating point with six decimals, however large. */
function decimal(all: Values, value: number | bigint): string {
  if (!(all instanceof Float32Array || all instanceof Float64Array) || typeof value === 'bigint') {
    return String(value);
  }
  if (Number.isNaN(value)) return 'nan';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  if (size === Infinity) return `${sign}inf`;
  // `toFixed` writes larger ones with an exponent; they are whole numbers.
  if (size >= 1e21) return `${sign}${BigInt(size)}.000000`;
  // In the middle between two texts C++ takes the even one, `toFixed` the larger.
  const middle = /^(\d+\.\d{5}[02468])50{13}$/.exec(size.toFixed(20));
  return sign + (middle?.[1] ?? size.toFixed(6));
}
