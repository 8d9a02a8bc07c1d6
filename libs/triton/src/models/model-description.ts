import {
  type Datatype,
  type ModelConfigResponse,
  type ModelMetadataResponse,
  datatypeBytes,
} from '@face/kserve';
import { FaceError } from '@face/errors';

export interface TensorDescription {
  readonly name: string;
  readonly datatype: Datatype;
  /** With the batch, if the model knows batches; -1 where any size fits. */
  readonly shape: readonly number[];
}

/** What a model tells of itself in ModelMetadata and ModelConfig. */
export interface ModelDescription {
  readonly name: string;
  readonly inputs: readonly TensorDescription[];
  readonly outputs: readonly TensorDescription[];
  /** Most items in one call; null when the model knows no batches, or the server does not tell. */
  readonly maxBatchSize: number | null;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * @param config undefined when the server has no ModelConfig, which is an extension of Triton.
 * @throws FaceError `triton_misconfigured` for a datatype that the protocol does not have.
 */
export function describeModel(
  metadata: ModelMetadataResponse,
  config: ModelConfigResponse['config'],
): ModelDescription {
  const tensor = ({ name, datatype, shape }: ModelMetadataResponse['inputs'][number]): TensorDescription => {
    if (!isDatatype(datatype)) {
      throw new FaceError(
        'triton_misconfigured',
        `The tensor '${name}' of the model '${metadata.name}' has a datatype that is none of the protocol.`,
        { cause: new Error(datatype) },
      );
    }
    return { name, datatype, shape: shape.map(Number) };
  };
  const maxBatchSize = config?.maxBatchSize ?? 0;
  return {
    name: metadata.name,
    inputs: metadata.inputs.map(tensor),
    outputs: metadata.outputs.map(tensor),
    maxBatchSize: maxBatchSize > 0 ? maxBatchSize : null,
    parameters: Object.fromEntries(
      Object.entries(config?.parameters ?? {}).map(([key, { stringValue }]) => [key, stringValue]),
    ),
  };
}

/** The same text for models that tell the same: Triton gives tensors and parameters in an order by chance. */
export function modelKey({ name, inputs, outputs, maxBatchSize, parameters }: ModelDescription): string {
  const byName = (tensors: readonly TensorDescription[]) =>
    tensors.map((tensor) => [tensor.name, tensor.datatype, tensor.shape]).sort(byFirst);
  const all = Object.entries(parameters).sort(byFirst);
  return JSON.stringify([name, byName(inputs), byName(outputs), maxBatchSize, all]);
}

function byFirst([a]: readonly unknown[], [b]: readonly unknown[]): number {
  return String(a) < String(b) ? -1 : 1;
}

function isDatatype(text: string): text is Datatype {
  return text === 'BYTES' || Object.hasOwn(datatypeBytes, text);
}

/**
 * The output that holds the embeddings, [faces, dimension]: `output_0`, or the only one, whatever its name.
 * @throws FaceError `triton_misconfigured` when there is none.
 */
export function embeddingOutput(model: ModelDescription): TensorDescription {
  const named = model.outputs.find((output) => output.name === 'output_0');
  const output = named ?? (model.outputs.length === 1 ? model.outputs[0] : undefined);
  if (output?.shape.length !== 2) {
    throw new FaceError(
      'triton_misconfigured',
      `The model '${model.name}' has no output 'output_0' of the shape [faces, dimension].`,
    );
  }
  return output;
}
