import type { InferInput, ModelInferRequest } from '@face/kserve';
import { type InputTensor, piecesOf } from './input-tensor.js';
import type { OutputSpec } from './match-outputs.js';

/** Where the bytes of a tensor lie that do not travel with the request. */
export interface SharedPlace {
  readonly region: string;
  /** Bytes from the beginning of the region. */
  readonly offset: number;
  readonly byteLength: number;
}

/** A tensor on its way to the server: in shared memory, or raw in the message where it has no place there. */
export interface SentTensor {
  readonly tensor: InputTensor;
  readonly place?: SharedPlace;
}

/**
 * The message for one run of a model.
 * @param id of the request, '' for none.
 */
export function inferRequest(
  model: string,
  inputs: readonly SentTensor[],
  outputs: readonly OutputSpec[],
  id: string,
): ModelInferRequest {
  return {
    modelName: model,
    modelVersion: '',
    id,
    parameters: {},
    inputs: inputs.map(({ tensor: { name, datatype, shape }, place }) => ({
      name,
      datatype,
      shape: shape.map(BigInt),
      parameters: place === undefined ? {} : placeParameters(place),
      contents: undefined,
    })),
    outputs: outputs.map(({ name }) => ({ name, parameters: {} })),
    rawInputContents: inputs.filter(({ place }) => place === undefined).map(({ tensor }) => joined(tensor)),
  };
}

/** The names are those of Triton's extension. */
function placeParameters({ region, offset, byteLength }: SharedPlace): InferInput['parameters'] {
  const integer = (value: number) => ({
    parameterChoice: { $case: 'int64Param' as const, value: BigInt(value) },
  });
  return {
    shared_memory_region: { parameterChoice: { $case: 'stringParam', value: region } },
    shared_memory_offset: integer(offset),
    shared_memory_byte_size: integer(byteLength),
  };
}

function joined(tensor: InputTensor): Uint8Array {
  const pieces = piecesOf(tensor);
  const [first] = pieces;
  // One piece, the usual case, is not copied.
  return pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces);
}
