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
export function matchOutputs(
  model: string,
  response: ModelInferResponse,
  specs: readonly OutputSpec[],
): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const spec of specs) {
    const index = response.outputs.findIndex((output) => output.name === spec.name);
    const output = response.outputs[index];
    if (output === undefined) throw wrong(model, spec.name, 'did not give');
    const data = response.rawOutputContents[index];
    if (data === undefined) throw wrong(model, spec.name, 'gave no raw bytes of');
    const shape = output.shape.map(Number);
    if (output.datatype !== spec.datatype) {
      throw wrong(model, spec.name, 'gave', `as ${output.datatype} instead of ${spec.datatype}`);
    }
    if (!fits(shape, spec.shape)) {
      const expected = spec.shape.map((size) => size ?? -1).join(',');
      throw wrong(model, spec.name, 'gave', `with the shape [${shape.join(',')}] instead of [${expected}]`);
    }
    if (!hasSize(data, spec.datatype, shape)) {
      throw wrong(
        model,
        spec.name,
        'gave',
        `with ${data.byteLength} bytes, which do not fill [${shape.join(',')}]`,
      );
    }
    tensors.set(spec.name, { name: spec.name, datatype: spec.datatype, shape, data });
  }
  return tensors;
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
