import { type Datatype, datatypeBytes } from '../tensor.js';
import type { InputData } from './input-data.js';
import type { InputTensor } from './model.js';
import { type ProtocolError, invalidArgument } from './protocol-error.js';
import { SharedBytes } from './shared-memory/shared-region.js';

/** Larger sizes cannot be meant, and would lose digits or wrap around further on. */
const maxDimension = 2n ** 31n - 1n;

/**
 * Checks that an input has as many bytes as its shape asks for, and gives it as a tensor.
 * @param shape of the input, with batch dimension
 * @param counted what the real server counts the elements by: without the batch dimension when the batch is 0, and
 *   with its lowest 32 bits only
 * @param label begins the text of an error
 * @throws ProtocolError
 */
export function checkSize(
  input: InputData & { readonly datatype: Datatype },
  counted: readonly bigint[],
  model: string,
  label: string,
): InputTensor {
  const { name, datatype, shape } = input;
  let { data } = input;
  if (datatype === 'BYTES') {
    // The lengths inside must not change any more after they were checked.
    if (data instanceof SharedBytes) data = data.read();
    checkElements(name, data, elementCount(counted), model, label);
  } else {
    const bytes = elementCount(counted) * BigInt(datatypeBytes[datatype]);
    if (bytes !== BigInt(data.byteLength)) throw sizeMismatch(input, bytes, model, label);
  }
  // Here the real server is content; but what it has miscounted is not what the client has sent.
  const asSent = counted.length === shape.length && counted[0] === shape[0];
  if (!asSent || shape.some((size) => size < 0n || size > maxDimension)) {
    const exact = elementCount(shape) * BigInt(datatype === 'BYTES' ? 1 : datatypeBytes[datatype]);
    throw sizeMismatch(input, exact, model, label);
  }
  return { name, datatype, shape: shape.map(Number), data };
}

/** Exact, however large. */
function elementCount(shape: readonly bigint[]): bigint {
  return shape.reduce((product, size) => product * size, 1n);
}

/**
 * The real server computes in 64 bits and tells what is left after wrapping around. It then even accepts a tensor
 * whose size wraps to the number of bytes that came; that one is told its true size.
 */
function sizeMismatch(input: InputData, bytes: bigint, model: string, label: string): ProtocolError {
  const wrapped = BigInt.asIntN(64, bytes);
  const expected = wrapped === BigInt(input.data.byteLength) ? bytes : wrapped;
  return invalidArgument(
    `${label}input byte size mismatch for input '${input.name}' for model '${model}'. Expected ${expected}, got ${input.data.byteLength}`,
  );
}

const lengthBytes = 4;

function checkElements(name: string, data: Uint8Array, count: bigint, model: string, label: string): void {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const where = `inference input '${name}' for model '${model}'`;
  let position = 0;
  let elements = 0n;
  let missing = { length: 0, available: 0 };
  while (position < data.byteLength) {
    const available = data.byteLength - position - lengthBytes;
    if (available < 0) {
      throw invalidArgument(
        `${label}incomplete string length indicator for ${where}, expecting ${lengthBytes} bytes but only ${available + lengthBytes} bytes available. Please make sure the string length indicator is in one buffer.`,
      );
    }
    const length = view.getUint32(position, true);
    elements += 1n;
    if (elements > count) {
      throw invalidArgument(
        `${label}unexpected number of string elements ${elements} for ${where}, expecting ${count}`,
      );
    }
    if (length > available) missing = { length, available };
    position += lengthBytes + length;
  }
  if (elements !== count) {
    throw invalidArgument(`${label}expected ${count} string elements for ${where}, got ${elements}`);
  }
  if (missing.length > 0) {
    throw invalidArgument(
      `incomplete string data for inference input '${name}', expecting string of length ${missing.length} but only ${missing.available} bytes available`,
    );
  }
}
