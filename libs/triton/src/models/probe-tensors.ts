import { datatypeBytes } from '@face/kserve';
import type { InputTensor } from '../tensors/input-tensor.js';
import type { OutputSpec } from '../tensors/match-outputs.js';
import type { ModelDescription, TensorDescription } from './model-description.js';
import { inputDatatypes, writeNumbers } from '../tensors/tensor-values.js';
import type { TritonOptions } from '../triton-options.js';

/** Of an aligned face, pixels. */
const faceSide = 112;

type ProbeOptions = Pick<TritonOptions, 'detectionInput' | 'extractionModel'>;

/**
 * The least that a model can be asked: one black picture, for the detector of the configured size, with the geometry of a
 * photo of that very size (scale 1, centre in the middle). Models refuse a geometry that no photo can have.
 */
export function probeInputs(model: ModelDescription, options: ProbeOptions): InputTensor[] {
  const { width, height } =
    model.name === options.extractionModel ? { width: faceSide, height: faceSide } : options.detectionInput;
  const pairs = model.inputs.filter(({ shape }) => shape.length === 2);
  const scale = pairs.find(({ name }) => name === 'input_1') ?? pairs[0];
  const centre = pairs.find(({ name }) => name === 'input_2') ?? pairs[1];
  return model.inputs.map((input) => {
    const free = input.shape.length === 4 ? [1, height, width, 3] : [1, 2];
    const shape = input.shape.map((size, axis) => {
      if (axis === 0 && model.maxBatchSize !== null) return 1;
      return size >= 0 ? size : (free[axis] ?? 1);
    });
    const { name, datatype } = input;
    if (input === scale) return { name, datatype, shape, data: numbers(input, shape, [1, 1]) };
    if (input === centre)
      return { name, datatype, shape, data: numbers(input, shape, [height / 2, width / 2]) };
    return { name, datatype, shape, data: new Uint8Array(byteLength(datatype, shape)) };
  });
}

/** All that the model says it gives. */
export function probeOutputs(model: ModelDescription): Record<string, OutputSpec> {
  return Object.fromEntries(
    model.outputs.map(({ name, datatype, shape }) => [
      name,
      { name, datatype, shape: shape.map((size) => (size < 0 ? null : size)) },
    ]),
  );
}

/** Zeros for what is no pair of numbers, which the model may refuse. */
function numbers({ datatype }: TensorDescription, shape: readonly number[], values: readonly number[]) {
  const written = inputDatatypes.find((each) => each === datatype);
  const bytes = byteLength(datatype, shape);
  const data = written === undefined ? undefined : writeNumbers(written, values);
  return data?.byteLength === bytes ? data : new Uint8Array(bytes);
}

function byteLength(datatype: TensorDescription['datatype'], shape: readonly number[]): number {
  // An empty text is four bytes that tell its length.
  const bytes = datatype === 'BYTES' ? 4 : datatypeBytes[datatype];
  return shape.reduce((product, size) => product * size, bytes);
}
