import type { Tensor } from '../tensor.js';
import type { ModelInferRequest, ModelInferResponse } from './messages.js';
import type { ModelDefinition } from './model.js';
import { sequenceParameters } from './request-parameters.js';

/**
 * The answer to a request: raw contents only, the outputs that were asked for, or all, in the definition's order.
 * @throws Error when the model has left out an output
 */
export function buildInferResponse(
  definition: ModelDefinition,
  request: ModelInferRequest,
  outputs: readonly Tensor[],
): ModelInferResponse {
  const asked = new Set(request.outputs.map(({ name }) => name));
  const tensors = definition.outputs
    .filter(({ name }) => asked.size === 0 || asked.has(name))
    .map(({ name }) => {
      const tensor = outputs.find((output) => output.name === name);
      if (tensor === undefined) throw new Error(`model '${definition.name}' gave no output '${name}'`);
      return tensor;
    });
  return {
    modelName: definition.name,
    modelVersion: String(definition.version),
    id: request.id,
    parameters: definition.platform === 'ensemble' ? sequenceParameters(request.parameters) : {},
    outputs: tensors.map(({ name, datatype, shape }) => ({
      name,
      datatype,
      shape: shape.map(BigInt),
      parameters: {},
      contents: undefined,
    })),
    rawOutputContents: tensors.map(({ data }) => data),
  };
}
