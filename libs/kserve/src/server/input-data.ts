import { status } from '@grpc/grpc-js';
import { type Datatype, datatypeBytes } from '../tensor.js';
import type { InferInput, InferRequestedOutput, ModelInferRequest } from './messages.js';
import { ProtocolError, invalidArgument, requestLabel } from './protocol-error.js';
import { rawFromContents } from './tensor-contents.js';

/** An input with its bytes found, not yet held against a model. */
export interface InputData {
  readonly name: string;
  readonly datatype: Datatype | '<invalid>';
  readonly shape: readonly bigint[];
  readonly data: Uint8Array;
}

/**
 * Finds the bytes of every input, from typed contents or from the raw entries in their order. Raw entries that are
 * too many are ignored, as the real server does.
 * @returns the inputs by name, in the order of the request
 * @throws ProtocolError
 */
export function collectInputs(request: ModelInferRequest): ReadonlyMap<string, InputData> {
  const names = new Set<string>();
  for (const { name } of request.inputs) {
    if (names.has(name)) {
      throw invalidArgument(`${requestLabel(request.id)}input '${name}' already exists in request`);
    }
    names.add(name);
  }
  request.outputs.forEach(refuseExtensions);
  const inputs = new Map<string, InputData>();
  let rawIndex = 0;
  for (const input of request.inputs) {
    const datatype = readDatatype(input.datatype);
    const data = findData(request, input, datatype, () => request.rawInputContents[rawIndex++]);
    inputs.set(input.name, { name: input.name, datatype, shape: input.shape, data });
  }
  return inputs;
}

function findData(
  request: ModelInferRequest,
  input: InferInput,
  datatype: string,
  nextRaw: () => Uint8Array | undefined,
): Uint8Array {
  const { name, contents } = input;
  refuseSharedMemory(input);
  if (contents === undefined) {
    const raw = nextRaw();
    if (raw !== undefined) return raw;
    throw invalidArgument(
      `unable to find data for input tensor '${name}' for model '${request.modelName}' in request.`,
    );
  }
  if (request.rawInputContents.length > 0) {
    throw invalidArgument(
      `contents field must not be specified when using raw_input_contents for '${name}' for model '${request.modelName}'`,
    );
  }
  return rawFromContents(input, contents, datatype, request.modelName);
}

/** No region can be registered here, so none is ever found. */
function refuseSharedMemory(tensor: InferInput | InferRequestedOutput): void {
  const region = tensor.parameters['shared_memory_region']?.parameterChoice;
  if (region?.$case === 'stringParam') {
    throw new ProtocolError(status.NOT_FOUND, `Unable to find shared memory region: '${region.value}'`);
  }
}

function refuseExtensions(output: InferRequestedOutput): void {
  refuseSharedMemory(output);
  if (output.parameters['classification'] !== undefined) {
    throw new ProtocolError(
      status.UNIMPLEMENTED,
      `the classification extension, asked for output '${output.name}', is not offered`,
    );
  }
}

function readDatatype(text: string): Datatype | '<invalid>' {
  return text === 'BYTES' || Object.hasOwn(datatypeBytes, text) ? (text as Datatype) : '<invalid>';
}
