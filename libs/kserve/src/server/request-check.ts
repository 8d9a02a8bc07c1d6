import { type InputData, collectInputs } from './input-data.js';
import type { ModelInferRequest } from './messages.js';
import type { InputTensor, ModelDefinition, ModelRequest, TensorSpec } from './model.js';
import { type OutputWish, collectWishes } from './output-wishes.js';
import { invalidArgument, requestLabel } from './protocol-error.js';
import { checkRequestParameters } from './request-parameters.js';
import { RequestRegions } from './shared-memory/request-regions.js';
import { checkSize } from './tensor-size.js';

export interface CheckedRequest extends ModelRequest {
  /** What the client wants of outputs other than their bytes in the answer, by name. */
  readonly wishes: ReadonlyMap<string, OutputWish>;
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
  const data = collectInputs(request, regions);
  const wishes = collectWishes(request, regions);
  const label = requestLabel(request.id);
  checkOutputNames(definition, request);
  checkInputCount(definition, data, label);
  // The real server keeps inputs in a hash table, which gives the last one first; which of several faults is told
  // follows from that.
  const reversed = [...data.values()].reverse();
  const batch = definition.maxBatchSize > 0 ? readBatchSize(definition, reversed, label) : null;
  const inputs = new Map<string, InputTensor>();
  for (const input of reversed) inputs.set(input.name, checkInput(definition, input, batch, label));
  return { id: request.id, batchSize: batch === null ? 1 : Number(batch), inputs, wishes };
}

function checkOutputNames(definition: ModelDefinition, request: ModelInferRequest): void {
  const isKnown = (name: string) => definition.outputs.some((output) => output.name === name);
  const unknown = request.outputs.map(({ name }) => name).filter((name) => !isKnown(name));
  // The real server keeps them sorted, which decides which of several it tells.
  const [first] = unknown.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  if (first !== undefined) {
    throw invalidArgument(`unexpected inference output '${first}' for model '${definition.name}'`);
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

/**
 * The first dimension of all inputs. The real server keeps it in 32 bits without a sign, reads them with a sign when
 * it looks for the limit, and a 0 gives way to any other.
 */
function readBatchSize(definition: ModelDefinition, inputs: readonly InputData[], label: string): bigint {
  let batchSize = 0n;
  for (const { name, shape } of inputs) {
    specOf(definition, name);
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
  if (BigInt.asIntN(32, batchSize) > BigInt(definition.maxBatchSize)) {
    throw invalidArgument(
      `${label}inference request batch-size must be <= ${definition.maxBatchSize} for '${definition.name}'`,
    );
  }
  return batchSize;
}

const batchNote =
  'NOTE: Setting a non-zero max_batch_size in the model config requires a batch dimension to be prepended to each input shape. If you want to specify the full shape including the batch dim in your input dims config, try setting max_batch_size to zero. See the model configuration docs for more info on max_batch_size.';

/** @param batch first dimension of all inputs, null when the model has none */
function checkInput(
  definition: ModelDefinition,
  input: InputData,
  batch: bigint | null,
  label: string,
): InputTensor {
  const { name } = input;
  const spec = specOf(definition, name);
  const { datatype } = spec;
  if (input.datatype !== datatype) {
    throw invalidArgument(
      `${label}inference input '${name}' data-type is '${input.datatype}', but model '${definition.name}' expects '${datatype}'`,
    );
  }
  const dims = batch === null ? input.shape : input.shape.slice(1);
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
    const expected = batch === null ? spec.dims : [-1, ...spec.dims];
    throw invalidArgument(
      `${label}unexpected shape for input '${name}' for model '${definition.name}'. Expected [${expected.join(',')}], got ${got}. ${batch === null ? '' : batchNote}`,
    );
  }
  // A batch of 0 is counted as one item.
  const counted = batch === null || batch === 0n ? dims : [batch, ...dims];
  return checkSize({ ...input, datatype }, counted, definition.name, label);
}
