import { FaceError } from '@face/errors';
import {
  type Datatype,
  type FixedDatatype,
  type ModelInferResponse,
  type Tensor,
  datatypeBytes,
} from '@face/kserve';

/** An output that a caller needs, as the model's metadata describes it. */
export interface OutputSpec {
  readonly name: string;
  readonly datatype: Datatype;
  /** Expected sizes; null where any size is right. */
  readonly shape: readonly (number | null)[];
}

/**
 * Finds the wanted tensors in an answer. By name, because ensembles answer in the order of a hash; and checked, because
 * Triton passes on wrong datatypes and shapes of a model with status OK.
 * @throws FaceError `triton_failed` naming model and tensor.
 */
export function matchOutputs<Key extends string>(
  model: string,
  response: ModelInferResponse,
  specs: Readonly<Record<Key, OutputSpec>>,
): Record<Key, Tensor> {
  const found = Object.entries<OutputSpec>(specs).map(([key, spec]) => [
    key,
    matchOutput(model, response, spec),
  ]);
  return Object.fromEntries(found) as Record<Key, Tensor>;
}

function matchOutput(
  model: string,
  response: ModelInferResponse,
  { name, datatype, shape: expected }: OutputSpec,
): Tensor {
  const index = response.outputs.findIndex((output) => output.name === name);
  const output = response.outputs[index];
  if (output === undefined) throw wrong(model, name, 'did not give');
  const data = response.rawOutputContents[index];
  if (data === undefined) throw wrong(model, name, 'gave no raw bytes of');
  if (output.datatype !== datatype) {
    // What is no name of a datatype could be anything, and this sentence is read outside.
    const given = /^[A-Z0-9]{1,8}$/.test(output.datatype) ? output.datatype : 'something else';
    throw wrong(model, name, 'gave', `as ${given} instead of ${datatype}`);
  }
  const shape = output.shape.map(Number);
  const sizes = `[${shape.join(',')}]`;
  if (!fits(shape, expected)) {
    const wanted = expected.map((size) => size ?? -1).join(',');
    throw wrong(model, name, 'gave', `with the shape ${sizes} instead of [${wanted}]`);
  }
  if (!hasSize(data, datatype, shape)) {
    throw wrong(model, name, 'gave', `with ${data.byteLength} bytes, which do not fill ${sizes}`);
  }
  return { name, datatype, shape, data };
}

function fits(shape: readonly number[], expected: readonly (number | null)[]): boolean {
  return (
    shape.length === expected.length &&
    shape.every((size, axis) => Number.isSafeInteger(size) && size >= 0 && size === (expected[axis] ?? size))
  );
}

/** Elements of BYTES have no fixed size, so nothing can be said of them here. */
function hasSize(data: Uint8Array, datatype: Datatype, shape: readonly number[]): boolean {
  if (datatype === 'BYTES') return true;
  const bytes: number = datatypeBytes[datatype satisfies FixedDatatype];
  return data.byteLength === shape.reduce((product, size) => product * size, bytes);
}

function wrong(model: string, tensor: string, what: string, how = ''): FaceError {
  return new FaceError(
    'triton_failed',
    `The model '${model}' ${what} the tensor '${tensor}'${how === '' ? '' : ` ${how}`}.`,
  );
}
