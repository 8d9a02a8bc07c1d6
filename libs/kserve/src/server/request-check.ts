import { type InputData, collectInputs } from './input-data.js';
import type { ModelInferRequest } from './messages.js';
import type { InputTensor, ModelDefinition, ModelRequest, TensorSpec } from './model.js';
import { collectTargets } from './output-targets.js';
import { invalidArgument, requestLabel } from './protocol-error.js';
import { checkRequestParameters } from './request-parameters.js';
import { RequestRegions } from './shared-memory/request-regions.js';
import type { SharedBytes } from './shared-memory/shared-region.js';
import { checkSize } from './tensor-size.js';

export interface CheckedRequest extends ModelRequest {
  /** Where outputs go that the client wants in shared memory, by name. */
  readonly targets: ReadonlyMap<string, SharedBytes>;
}

/**
 * Holds a request against a model's definition, in the order and with the words of the real server
 * (`InferGRPCToInput` of its gRPC front end, then `InferenceRequest::Normalize` of its core).
 * @param regions what the request uses of shared memory, to be released by the caller; by default there is none
 * @throws ProtocolError
 */
export function checkInferRequest(
  definition: ModelDefinition,
  request: ModelInferRequest,
  regions = new RequestRegions(undefined),
): CheckedRequest {
  checkRequestParameters(request.parameters);
  const inputs = collectInputs(request, regions);
  const targets = collectTargets(request, regions);
  const label = requestLabel(request.id);
  checkOutputNames(definition, request);
  checkInputCount(definition, inputs, label);
  // The real server keeps inputs in a hash table, which gives the last one first; which of several faults is told
  // follows from that.
  const reversed = [...inputs.values()].reverse();
  const specs = new Map(reversed.map((input) => [input.name, specOf(definition, input.name)]));
  const batchSize = definition.maxBatchSize > 0 ? readBatchSize(definition, reversed, label) : 1;
  const tensors = new Map<string, InputTensor>();
  for (const input of reversed) {
    const spec = specs.get(input.name);
    if (spec !== undefined) tensors.set(input.name, checkInput(definition, spec, input, batchSize, label));
  }
  return { id: request.id, batchSize, inputs: tensors, targets };
}

function checkOutputNames(definition: ModelDefinition, request: ModelInferRequest): void {
  for (const { name } of request.outputs) {
    if (!definition.outputs.some((output) => output.name === name)) {
      throw invalidArgument(`unexpected inference output '${name}' for model '${definition.name}'`);
    }
  }
}

function checkInputCount(
  definition: ModelDefinition,
  inputs: ReadonlyMap<string, InputData>,
  label: string,
): void {
  if (inputs.size === definition.inputs.length) return;
  const quoted = (names: readonly string[]) => names.map((name) => `'${name}'`).join(',');
  const missing = definition.inputs.map(({ name }) => name).filter((name) => !inputs.has(name));
  // The missing bracket is the real server's.
  const missingList = missing.length === 0 ? ']' : `[${quoted(missing)}]`;
  throw invalidArgument(
    `${label}expected ${definition.inputs.length} inputs but got ${inputs.size} inputs for model '${definition.name}'. Got input(s) [${quoted([...inputs.keys()].reverse())}], but missing required input(s) ${missingList}. Please provide all required input(s).`,
  );
}

function specOf(definition: ModelDefinition, name: string): TensorSpec {
  const spec = definition.inputs.find((input) => input.name === name);
  if (spec === undefined) {
    throw invalidArgument(`unexpected inference input '${name}' for model '${definition.name}'`);
  }
  return spec;
}

/** The first dimension of all inputs; like the real server's, of 32 bits, and a 0 gives way to any other. */
function readBatchSize(definition: ModelDefinition, inputs: readonly InputData[], label: string): number {
  let batchSize = 0n;
  for (const { name, shape } of inputs) {
    const first = shape[0];
    if (first === undefined) {
      throw invalidArgument(
        `${label}input '${name}' has no shape but model requires batch dimension for '${definition.name}'`,
      );
    }
    if (batchSize === 0n) {
      batchSize = BigInt.asUintN(32, first);
    } else if (first !== batchSize) {
      throw invalidArgument(
        `${label}input '${name}' batch size does not match other inputs for '${definition.name}'`,
      );
    }
  }
  if (batchSize > BigInt(definition.maxBatchSize)) {
    throw invalidArgument(
      `${label}inference request batch-size must be <= ${definition.maxBatchSize} for '${definition.name}'`,
    );
  }
  return Number(batchSize);
}

const batchNote =
  'NOTE: Setting a non-zero max_batch_size in the model config requires a batch dimension to be prepended to each input shape. If you want to specify the full shape including the batch dim in your input dims config, try setting max_batch_size to zero. See the model configuration docs for more info on max_batch_size.';

function checkInput(
  definition: ModelDefinition,
  spec: TensorSpec,
  input: InputData,
  batchSize: number,
  label: string,
): InputTensor {
  const { name } = input;
  const { datatype } = spec;
  const batched = definition.maxBatchSize > 0;
  if (input.datatype !== datatype) {
    throw invalidArgument(
      `${label}inference input '${name}' data-type is '${input.datatype}', but model '${definition.name}' expects '${datatype}'`,
    );
  }
  const dims = batched ? input.shape.slice(1) : input.shape;
  const got = `[${input.shape.join(',')}]`;
  if (dims.length === spec.dims.length && dims.includes(-1n)) {
    throw invalidArgument(
      `${label}All input dimensions should be specified for input '${name}' for model '${definition.name}', got ${got}`,
    );
  }
  const fits =
    dims.length === spec.dims.length &&
    spec.dims.every((size, index) => size === -1 || BigInt(size) === dims[index]);
  if (!fits) {
    const expected = batched ? [-1, ...spec.dims] : spec.dims;
    throw invalidArgument(
      `${label}unexpected shape for input '${name}' for model '${definition.name}'. Expected [${expected.join(',')}], got ${got}. ${batched ? batchNote : ''}`,
    );
  }
  const countedShape = batched && batchSize === 0 ? dims : input.shape;
  return checkSize({ ...input, datatype }, countedShape, definition.name, label);
}
