import {
  type InferInput,
  type InferParameter,
  type InferTensorContents,
  type ModelInferRequest,
  encodeInferRequest,
  healthService,
  inferenceService,
} from '@face/kserve';
import { generatedNames } from './protobuf-json.js';

/** A call to a real Triton server and what came of it, as `../shared/conformance` writes them. */
export interface RecordedCall {
  readonly name: string;
  /** Of the inference service, or a whole path. */
  readonly method: string;
  readonly request?: RecordedInfer | readonly RecordedInfer[] | Record<string, unknown>;
  /** Instead of a request: its bytes. */
  readonly wire_hex?: string;
  readonly options?: { readonly compression?: 'gzip' | 'deflate'; readonly deadline_ms?: number };
  readonly expect: RecordedAnswer;
  /** Only code and text count. */
  readonly volatile?: boolean;
}

export interface RecordedAnswer {
  readonly code: number;
  readonly text: string;
  readonly trailing: Readonly<Record<string, string>>;
  readonly response?: unknown;
}

type RecordedParameters = Readonly<
  Record<string, Readonly<Record<string, string | number | bigint | boolean>>>
>;

interface RecordedInput {
  readonly name?: string;
  readonly datatype?: string;
  readonly shape?: readonly (number | bigint)[];
  readonly parameters?: RecordedParameters;
  readonly contents?: Readonly<Record<string, readonly (string | number | bigint | boolean)[]>>;
}

/** Bytes of a tensor; `bytes` are the elements of one of BYTES. */
interface RecordedBytes {
  readonly zeros?: number;
  readonly hex?: string;
  readonly u8?: readonly number[];
  readonly f32?: readonly number[];
  readonly i32?: readonly number[];
  readonly bytes?: readonly string[];
}

interface RecordedInfer {
  readonly model_name?: string;
  readonly model_version?: string;
  readonly id?: string;
  readonly parameters?: RecordedParameters;
  readonly inputs?: readonly RecordedInput[];
  readonly outputs?: readonly Pick<RecordedInput, 'name' | 'parameters'>[];
  readonly raw?: readonly RecordedBytes[];
}

/** Integers that a number cannot hold exactly become big ones. */
export function parseRecording(text: string): unknown {
  const revive = (_: string, value: unknown, context?: { readonly source?: string }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
      ? BigInt(context?.source ?? '')
      : value;
  return JSON.parse(text, revive);
}

const methods = Object.values({ ...inferenceService, ...healthService });

/** The method of a path, or undefined for one that no server has. */
export function methodOf({ method }: RecordedCall) {
  return methods.find(({ path }) => path === pathOf(method));
}

export function pathOf(method: string): string {
  return method.startsWith('/') ? method : `/inference.GRPCInferenceService/${method}`;
}

/** The messages of a call, as they are sent. */
export function requestsOf(call: RecordedCall): Buffer[] {
  const { wire_hex: wire, request = {} } = call;
  if (wire !== undefined) return [Buffer.from(wire, 'hex')];
  const requests = Array.isArray(request)
    ? (request as readonly RecordedInfer[])
    : [request as RecordedInfer];
  if (call.method === 'ModelInfer' || call.method === 'ModelStreamInfer') {
    return requests.map((each) => encodeInferRequest(inferRequest(each)));
  }
  const method = methodOf(call);
  if (method === undefined) return [Buffer.alloc(0)];
  const message = { ...method.requestDeserialize(Buffer.alloc(0)), ...generatedNames(request) };
  return [method.requestSerialize(message as never)];
}

function inferRequest(recorded: RecordedInfer): ModelInferRequest {
  return {
    modelName: recorded.model_name ?? '',
    modelVersion: recorded.model_version ?? '',
    id: recorded.id ?? '',
    parameters: parameters(recorded.parameters),
    inputs: (recorded.inputs ?? []).map(input),
    outputs: (recorded.outputs ?? []).map((output) => ({
      name: output.name ?? '',
      parameters: parameters(output.parameters),
    })),
    rawInputContents: (recorded.raw ?? []).map(bytes),
  };
}

function input({ name = '', datatype = '', shape = [], contents, ...rest }: RecordedInput): InferInput {
  return {
    name,
    datatype,
    shape: shape.map(BigInt),
    parameters: parameters(rest.parameters),
    contents: contents === undefined ? undefined : tensorContents(contents),
  };
}

function tensorContents(recorded: NonNullable<RecordedInput['contents']>): InferTensorContents {
  const big = (field: string) => (recorded[field] ?? []).map((value) => BigInt(value));
  const all = (field: string) => (recorded[field] ?? []) as readonly number[];
  return {
    boolContents: [...((recorded['bool_contents'] ?? []) as readonly boolean[])],
    intContents: [...all('int_contents')],
    int64Contents: big('int64_contents'),
    uintContents: [...all('uint_contents')],
    uint64Contents: big('uint64_contents'),
    fp32Contents: [...all('fp32_contents')],
    fp64Contents: [...all('fp64_contents')],
    bytesContents: ((recorded['bytes_contents'] ?? []) as readonly string[]).map((text) => Buffer.from(text)),
  };
}

/** Parameters whose numbers have 64 bits. */
const bigChoices = new Set(['int64_param', 'uint64_param']);

function parameters(recorded: RecordedParameters = {}): Record<string, InferParameter> {
  const parameter = (fields: RecordedParameters[string]): InferParameter => {
    const [choice] = Object.entries(fields);
    if (choice === undefined) return { parameterChoice: undefined };
    const [name, given] = choice;
    const value = bigChoices.has(name) ? BigInt(given) : given;
    const $case = Object.keys(generatedNames({ [name]: value }))[0];
    return { parameterChoice: { $case, value } as NonNullable<InferParameter['parameterChoice']> };
  };
  return Object.fromEntries(Object.entries(recorded).map(([key, fields]) => [key, parameter(fields)]));
}

function bytes({ zeros, hex, u8, f32, i32, bytes: texts }: RecordedBytes): Uint8Array {
  if (zeros !== undefined) return new Uint8Array(zeros);
  if (hex !== undefined) return Buffer.from(hex, 'hex');
  if (u8 !== undefined) return Uint8Array.from(u8);
  if (f32 !== undefined) return new Uint8Array(Float32Array.from(f32).buffer);
  if (i32 !== undefined) return new Uint8Array(Int32Array.from(i32).buffer);
  return Buffer.concat(
    (texts ?? []).flatMap((text) => {
      const element = Buffer.from(text);
      return [new Uint8Array(Uint32Array.of(element.byteLength).buffer), element];
    }),
  );
}
