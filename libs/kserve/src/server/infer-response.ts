import { status } from '@grpc/grpc-js';
import type { Tensor } from '../tensor.js';
import { classify } from './classification.js';
import type { ModelInferRequest, ModelInferResponse } from './messages.js';
import type { ModelDefinition } from './model.js';
import type { OutputWish } from './output-wishes.js';
import { ProtocolError } from './protocol-error.js';
import { sequenceParameters } from './request-parameters.js';

/**
 * The answer to a request: raw contents only, the outputs that were asked for, or all, in the definition's order.
 * @param wishes outputs that go to shared memory have empty raw contents
 * @throws ProtocolError when an output is larger than its place in shared memory, or cannot be classified
 * @throws Error when the model has left out an output
 */
export function buildInferResponse(
  definition: ModelDefinition,
  request: ModelInferRequest,
  outputs: readonly Tensor[],
  wishes: ReadonlyMap<string, OutputWish>,
): ModelInferResponse {
  const asked = new Set(request.outputs.map(({ name }) => name));
  const tensors = definition.outputs
    .filter(({ name }) => asked.size === 0 || asked.has(name))
    .map(({ name }) => {
      const tensor = outputs.find((output) => output.name === name);
      if (tensor === undefined) throw new Error(`model '${definition.name}' gave no output '${name}'`);
      const classes = wishes.get(name)?.classes;
      return classes === undefined ? tensor : classify(tensor, classes, definition.maxBatchSize > 0);
    });
  // Ensembles of the real server tell them only with an output that is not empty.
  const tells = definition.platform === 'ensemble' && tensors.some(({ data }) => data.byteLength > 0);
  return {
    modelName: definition.name,
    modelVersion: String(definition.version),
    id: request.id,
    parameters: tells ? sequenceParameters(request.parameters) : {},
    outputs: tensors.map(({ name, datatype, shape }) => ({
      name,
      datatype,
      shape: shape.map(BigInt),
      parameters: {},
      contents: undefined,
    })),
    rawOutputContents: tensors.map((tensor) => deliver(tensor, wishes.get(tensor.name))),
  };
}

function deliver({ name, data }: Tensor, { target, classes }: OutputWish = {}): Uint8Array {
  if (target === undefined || classes !== undefined) return data;
  if (data.byteLength > target.byteLength) {
    throw new ProtocolError(
      status.INTERNAL,
      `shared memory size specified with the request for output '${name}' (${target.byteLength} bytes) should be at least ${data.byteLength} bytes to hold the results`,
    );
  }
  target.write(data);
  return new Uint8Array();
}
