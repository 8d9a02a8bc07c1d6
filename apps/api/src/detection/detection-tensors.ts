import { FaceError } from '@face/errors';
import {
  countDatatypes,
  floatDatatypes,
  inputDatatypes,
  type CountDatatype,
  type FloatDatatype,
  type InputDatatype,
  type ModelDescription,
  type TensorDescription,
} from '@face/triton';

interface Of<Datatype> extends Pick<TensorDescription, 'name' | 'shape'> {
  readonly datatype: Datatype;
}

/** The tensors of a detection model by what they mean. Batch first; N images, T faces in all of them. */
export interface DetectionTensors {
  /** [N, height, width, 3], BGR. */
  readonly image: Of<InputDatatype>;
  /** [N, 2], resized / original, twice. */
  readonly scale: Of<InputDatatype>;
  /** [N, 2], height / 2 and width / 2 of the source image in pixels. */
  readonly centre: Of<InputDatatype>;
  /** [T, 5]: x1 y1 x2 y2 in pixels of the source image, score. */
  readonly boxes: Of<FloatDatatype>;
  /** [T, 10]: x and y of five landmarks in pixels of the source image. */
  readonly landmarks: Of<FloatDatatype>;
  /** [N, 1]: faces of each image. */
  readonly counts: Of<CountDatatype>;
}

/**
 * Finds out which tensor is which: by the names of the contract, and where a model has others by shape and order.
 * @throws FaceError `triton_misconfigured` when one is missing or has a datatype that cannot be used.
 */
export function detectionTensors(model: ModelDescription): DetectionTensors {
  const { inputs, outputs } = model;
  return {
    image: pick(model, inputs, 'input_0', inputDatatypes, 0, ({ shape }) => shape.length === 4),
    scale: pick(model, inputs, 'input_1', inputDatatypes, 0, hasColumns(2)),
    centre: pick(model, inputs, 'input_2', inputDatatypes, 1, hasColumns(2)),
    boxes: pick(model, outputs, 'output_0', floatDatatypes, 0, hasColumns(5)),
    landmarks: pick(model, outputs, 'output_1', floatDatatypes, 0, hasColumns(10)),
    counts: pick(model, outputs, 'output_2', countDatatypes, 0, hasColumns(1)),
  };
}

const hasColumns =
  (columns: number) =>
  ({ shape }: TensorDescription): boolean =>
    shape.length === 2 && (shape[1] === columns || shape[1] === -1);

function pick<Datatype extends string>(
  model: ModelDescription,
  tensors: readonly TensorDescription[],
  name: string,
  datatypes: readonly Datatype[],
  position: number,
  fits: (tensor: TensorDescription) => boolean,
): Of<Datatype> {
  const tensor = tensors.find((each) => each.name === name) ?? tensors.filter(fits)[position];
  if (tensor === undefined || !fits(tensor)) {
    const shape = tensor === undefined ? '' : ` of a usable shape, it is [${tensor.shape.join(',')}]`;
    throw new FaceError('triton_misconfigured', `The model '${model.name}' has no tensor '${name}'${shape}.`);
  }
  const datatype = datatypes.find((each) => each === tensor.datatype);
  if (datatype === undefined) {
    throw new FaceError(
      'triton_misconfigured',
      `The tensor '${tensor.name}' of the model '${model.name}' is ${tensor.datatype}, usable are ${datatypes.join(', ')}.`,
    );
  }
  return { name: tensor.name, shape: tensor.shape, datatype };
}
