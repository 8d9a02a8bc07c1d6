import { status } from '@grpc/grpc-js';
import type { Tensor } from '../tensor.js';
import type { ModelInferRequest, ModelInferResponse } from './messages.js';
import type { ModelDefinition } from './model.js';
import { ProtocolError } from './protocol-error.js';
import { sequenceParameters } from './request-parameters.js';
import type { SharedBytes } from './shared-memory/shared-region.js';

/**
 * The answer to a request: raw contents only, the outputs that were asked for, or all, in the definition's order.
 * @param targets outputs that go to shared memory instead; their raw contents are empty
 * @throws ProtocolError when such an output is larger than its place
 * @throws Error when the model has left out an output
 */
export function buildInferResponse(
  definition: ModelDefinition,
  request: ModelInferRequest,
  outputs: readonly Tensor[],
  targets: ReadonlyMap<string, SharedBytes>,
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
    rawOutputContents: tensors.map((tensor) => deliver(tensor, targets.get(tensor.name))),
  };
}

function deliver({ name, data }: Tensor, target: SharedBytes | undefined): Uint8Array {
  if (target === undefined) return data;
  if (data.byteLength > target.byteLength) {
    throw new ProtocolError(
      status.INTERNAL,
      `shared memory size specified with the request for output '${name}' (${target.byteLength} bytes) should be at least ${data.byteLength} bytes to hold the results`,
    );
  }
  target.write(data);
  return new Uint8Array();
}
