import { type Datatype, datatypeBytes } from '../tensor.js';
import type { InferInput, ModelInferRequest } from './messages.js';
import { invalidArgument, requestLabel } from './protocol-error.js';
import type { RequestRegions } from './shared-memory/request-regions.js';
import type { SharedBytes } from './shared-memory/shared-region.js';
import { rawFromContents } from './tensor-contents.js';

/** An input with its bytes found, not yet held against a model. */
export interface InputData {
  readonly name: string;
  readonly datatype: Datatype | '<invalid>';
  readonly shape: readonly bigint[];
  readonly data: Uint8Array | SharedBytes;
}

/**
 * Finds the bytes of every input: in shared memory, in typed contents or in the raw entries, which are those of the
 * other inputs in their order. Raw entries that are too many are ignored, as the real server does.
 * @returns the inputs by name, in the order of the request
 * @throws ProtocolError
 */
export function collectInputs(
  request: ModelInferRequest,
  regions: RequestRegions,
): ReadonlyMap<string, InputData> {
  const names = new Set<string>();
  for (const { name } of request.inputs) {
    if (names.has(name)) {
      throw invalidArgument(`${requestLabel(request.id)}input '${name}' already exists in request`);
    }
    names.add(name);
  }
  const inputs = new Map<string, InputData>();
  let rawIndex = 0;
  for (const input of request.inputs) {
    const datatype = readDatatype(input.datatype);
    const shared = findShared(request, input, regions);
    const data = shared ?? findData(request, input, datatype, () => request.rawInputContents[rawIndex++]);
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

function findShared(
  { modelName }: ModelInferRequest,
  input: InferInput,
  regions: RequestRegions,
): SharedBytes | null {
  const place = regions.readPlace(input);
  if (place === null) return null;
  if (input.contents === undefined) return regions.open(place);
  throw invalidArgument(
    `unexpected 'content' provided when using shared memory for input tensor '${input.name}' for model '${modelName}'`,
  );
}

function readDatatype(text: string): Datatype | '<invalid>' {
  return text === 'BYTES' || Object.hasOwn(datatypeBytes, text) ? (text as Datatype) : '<invalid>';
}
