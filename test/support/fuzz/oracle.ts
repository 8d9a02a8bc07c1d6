import {
  Malformed,
  type ReferenceParameter,
  type ReferenceRequest,
  type ReferenceTensor,
  readRequest,
} from './reference-reader.js';

/** What of a model the oracle has to know. */
export interface KnownModel {
  readonly maxBatchSize: number;
  /** Datatype and dimensions without the batch of each input, -1 for any. */
  readonly inputs: Readonly<Record<string, readonly [datatype: string, ...dims: number[]]>>;
  readonly outputs: readonly string[];
  /** Which input each output repeats; undefined for models that compute. */
  readonly echoes?: Readonly<Record<string, string>>;
}

/** What a server has to make of a request. */
export interface Verdict {
  readonly answer: 'answered' | 'refused' | 'either';
  /** Bytes and shape of every output that repeats an input, if answered. */
  readonly outputs: ReadonlyMap<string, { readonly shape: readonly bigint[]; readonly bytes: Buffer }>;
  readonly id: string;
}

const refused: Verdict = { answer: 'refused', outputs: new Map(), id: '' };

const elementBytes: Readonly<Record<string, number>> = {
  ...{ BOOL: 1, UINT8: 1, UINT16: 2, UINT32: 4, UINT64: 8, INT8: 1, INT16: 2, INT32: 4, INT64: 8 },
  ...{ FP16: 2, BF16: 2, FP32: 4, FP64: 8 },
};

/** Fields of typed contents and the datatypes that they may carry. */
const fieldDatatypes: Readonly<Record<number, readonly string[]>> = {
  1: ['BOOL'],
  2: ['INT8', 'INT16', 'INT32'],
  3: ['INT64'],
  4: ['UINT8', 'UINT16', 'UINT32'],
  5: ['UINT64'],
  6: ['FP32'],
  7: ['FP64'],
  8: ['BYTES'],
};

const parameterKinds: Readonly<Record<string, readonly ReferenceParameter['kind'][]>> = {
  sequence_id: ['int64', 'string'],
  sequence_start: ['bool'],
  sequence_end: ['bool'],
  priority: ['int64', 'uint64'],
  timeout: ['int64'],
  triton_enable_empty_final_response: ['bool'],
};

/** Decides independently of the code under test, from the bytes of a request, what must come of it. */
export function judge(bytes: Buffer, models: Readonly<Record<string, KnownModel>>): Verdict {
  let request: ReferenceRequest;
  try {
    request = readRequest(bytes);
  } catch (error) {
    if (error instanceof Malformed) return refused;
    throw error;
  }
  const model = Object.hasOwn(models, request.modelName) ? models[request.modelName] : undefined;
  if (model === undefined || !isVersionOne(request.modelVersion)) return refused;
  if (![...request.parameters].every(([key, parameter]) => isAllowed(key, parameter))) return refused;
  const outputs = request.outputs.map(({ name }) => name);
  if (!outputs.every((name) => model.outputs.includes(name))) return refused;
  if (!request.outputs.every(({ parameters }) => isPlainOutput(parameters))) return refused;
  const tensors = readTensors(request, model);
  if (tensors === null) return refused;
  const repeated = new Map<string, { shape: readonly bigint[]; bytes: Buffer }>();
  for (const [output, input] of Object.entries(model.echoes ?? {})) {
    const tensor = tensors.get(input);
    const classified = request.outputs.some(
      ({ name, parameters }) => name === output && parameters.has('classification'),
    );
    const wanted = outputs.length === 0 || outputs.includes(output);
    if (tensor !== undefined && wanted && !classified) repeated.set(output, tensor);
  }
  return { answer: request.odd ? 'either' : 'answered', outputs: repeated, id: request.id };
}

function isVersionOne(version: string): boolean {
  const digits = /^[ \t\n\v\f\r]*([+-]?\d+)/.exec(version)?.[1];
  return version === '' || (digits !== undefined && BigInt(digits.replace('+', '')) === 1n);
}

function isAllowed(key: string, { kind, value }: ReferenceParameter): boolean {
  const kinds = Object.hasOwn(parameterKinds, key) ? parameterKinds[key] : undefined;
  if (kinds === undefined) return !key.startsWith('triton_') && kind !== 'none' && kind !== 'uint64';
  return kinds.includes(kind) && !(key === 'priority' && typeof value === 'bigint' && value < 0n);
}

/** Nothing is in shared memory here: there is none. */
function isPlainOutput(parameters: ReadonlyMap<string, ReferenceParameter>): boolean {
  const classes = parameters.get('classification');
  const counts = classes === undefined || (classes.kind === 'int64' && (classes.value as bigint) > 0n);
  return counts && !isShared(parameters);
}

function isShared(parameters: ReadonlyMap<string, ReferenceParameter>): boolean {
  return [...parameters.keys()].some((key) =>
    ['shared_memory_region', 'shared_memory_offset', 'shared_memory_byte_size'].includes(key),
  );
}

/** @returns null when the inputs are not exactly those of the model */
function readTensors(request: ReferenceRequest, model: KnownModel) {
  const names = request.inputs.map(({ name }) => name);
  const known = Object.keys(model.inputs);
  if (new Set(names).size !== names.length || names.length !== known.length) return null;
  const tensors = new Map<string, { shape: readonly bigint[]; bytes: Buffer }>();
  let raw = 0;
  let batch: bigint | undefined;
  for (const input of request.inputs) {
    const spec = Object.hasOwn(model.inputs, input.name) ? model.inputs[input.name] : undefined;
    if (spec === undefined || input.datatype !== spec[0] || isShared(input.parameters)) return null;
    if (input.contents !== null && request.raw.length > 0) return null;
    const bytes = input.contents === null ? request.raw[raw++] : bytesOf(input);
    if (bytes === undefined || bytes === null) return null;
    const [, ...dims] = spec;
    const shape = [...input.shape];
    if (model.maxBatchSize > 0) {
      const first = shape.shift();
      if (first === undefined || first < 1n || first > BigInt(model.maxBatchSize)) return null;
      batch ??= first;
      if (batch !== first) return null;
    }
    if (shape.length !== dims.length) return null;
    if (
      !shape.every((size, index) => size >= 0n && (dims[index] === -1 || size === BigInt(dims[index] ?? 0)))
    ) {
      return null;
    }
    if (
      !fills(
        bytes,
        input.datatype,
        input.shape.reduce((product, size) => product * size, 1n),
      )
    )
      return null;
    tensors.set(input.name, { shape: input.shape, bytes });
  }
  return tensors;
}

function bytesOf({ contents, datatype }: ReferenceTensor): Buffer | null {
  const filled = [...(contents ?? [])].filter(([, values]) => values.length > 0);
  const [first] = filled;
  if (first === undefined) return Buffer.alloc(0);
  const [number, values] = first;
  if (filled.length > 1 || fieldDatatypes[number]?.includes(datatype) !== true) return null;
  if (datatype !== 'BYTES') {
    return Buffer.concat(values.map((value) => value.subarray(0, elementBytes[datatype])));
  }
  return Buffer.concat(
    values.flatMap((value) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(value.length);
      return [length, value];
    }),
  );
}

function fills(bytes: Buffer, datatype: string, count: bigint): boolean {
  const width = elementBytes[datatype];
  if (width !== undefined) return BigInt(bytes.length) === count * BigInt(width);
  let found = 0n;
  for (let at = 0; at < bytes.length; found += 1n) {
    if (at + 4 > bytes.length) return false;
    at += 4 + bytes.readUInt32LE(at);
    if (at > bytes.length) return false;
  }
  return found === count;
}
