import { FaceError } from '@face/errors';
import { alignedSize } from '@face/image';
import {
  type FloatDatatype,
  type InputDatatype,
  type ModelDescription,
  type TensorDescription,
  embeddingOutput,
  floatDatatypes,
  inputDatatypes,
} from '@face/triton';

/** The tensors of an extraction model. F faces, D numbers each. */
export interface ExtractionTensors {
  /** [F, 112, 112, 3], BGR. */
  readonly face: TensorDescription & { readonly datatype: InputDatatype };
  /** [F, D] */
  readonly embedding: TensorDescription & { readonly datatype: FloatDatatype };
}

/** @throws FaceError `triton_misconfigured` when the model takes or gives something else. */
export function extractionTensors(model: ModelDescription): ExtractionTensors {
  const face = model.inputs.find(({ name }) => name === 'input_0') ?? model.inputs[0];
  if (face === undefined || !takesFaces(face)) {
    throw new FaceError(
      'triton_misconfigured',
      `The model '${model.name}' has no input 'input_0' of the shape [faces, ${alignedSize}, ${alignedSize}, 3].`,
    );
  }
  const embedding = embeddingOutput(model);
  return {
    face: { ...face, datatype: usable(model, face, inputDatatypes) },
    embedding: { ...embedding, datatype: usable(model, embedding, floatDatatypes) },
  };
}

function takesFaces({ shape }: TensorDescription): boolean {
  const expected = [alignedSize, alignedSize, 3];
  return shape.length === 4 && shape.slice(1).every((size, axis) => size === -1 || size === expected[axis]);
}

function usable<Datatype extends string>(
  model: ModelDescription,
  tensor: TensorDescription,
  datatypes: readonly Datatype[],
): Datatype {
  const datatype = datatypes.find((each) => each === tensor.datatype);
  if (datatype !== undefined) return datatype;
  throw new FaceError(
    'triton_misconfigured',
    `The tensor '${tensor.name}' of the model '${model.name}' is ${tensor.datatype}, usable are ${datatypes.join(', ')}.`,
  );
}
