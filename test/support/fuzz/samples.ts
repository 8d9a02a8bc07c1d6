import { type RecordedCall, requestsOf } from '../recorded-call.js';
import type { KnownModel } from './oracle.js';

/** Of the test models that repeat their inputs, and of those that compute. */
export const knownModels: Readonly<Record<string, KnownModel>> = {
  echo: {
    maxBatchSize: 8,
    inputs: { U8: ['UINT8', 4], F32: ['FP32', 2] },
    outputs: ['OU8', 'OF32'],
    echoes: { OU8: 'U8', OF32: 'F32' },
  },
  half: { maxBatchSize: 8, inputs: { X: ['FP16', 2] }, outputs: ['Y'], echoes: { Y: 'X' } },
  text: { maxBatchSize: 8, inputs: { S: ['BYTES', 2] }, outputs: ['T'], echoes: { T: 'S' } },
  nobatch: { maxBatchSize: 0, inputs: { X: ['FP32', -1, 2] }, outputs: ['Y'], echoes: { Y: 'X' } },
  blob: { maxBatchSize: 0, inputs: { B: ['UINT8', -1] }, outputs: ['N'] },
  ...Object.fromEntries(
    ['BOOL', 'INT16', 'INT64', 'UINT8', 'UINT64', 'FP32', 'FP64', 'BYTES'].map((datatype) => [
      `same_${datatype.toLowerCase()}`,
      { maxBatchSize: 0, inputs: { X: [datatype, -1] }, outputs: ['Y'], echoes: { Y: 'X' } },
    ]),
  ),
};

/** Those of the default pack, which take some milliseconds for an answer. */
export const faceModels: Readonly<Record<string, KnownModel>> = {
  detection: {
    maxBatchSize: 8,
    inputs: { input_0: ['UINT8', -1, -1, 3], input_1: ['FP32', 2], input_2: ['FP32', 2] },
    outputs: ['output_0', 'output_1', 'output_2'],
  },
  extraction: { maxBatchSize: 8, inputs: { input_0: ['UINT8', 112, 112, 3] }, outputs: ['output_0'] },
};

type Request = Exclude<RecordedCall['request'], undefined>;

const u8 = { name: 'U8', datatype: 'UINT8', shape: [2, 4] };
const f32 = { name: 'F32', datatype: 'FP32', shape: [2, 2] };
const raw = [{ u8: [1, 2, 3, 4, 5, 6, 7, 8] }, { f32: [0.5, -1, 2, 3] }];
const echo = { model_name: 'echo', inputs: [u8, f32], raw };

const contents = [
  ['bool', 'BOOL', { bool_contents: [true, false] }],
  ['int16', 'INT16', { int_contents: [-1, 70_000] }],
  ['int64', 'INT64', { int64_contents: [-1n, 2n ** 62n] }],
  ['uint8', 'UINT8', { uint_contents: [300, 4_294_967_295] }],
  ['uint64', 'UINT64', { uint64_contents: [2n ** 64n - 1n, 1n] }],
  ['fp32', 'FP32', { fp32_contents: [1, 2] }],
  ['fp64', 'FP64', { fp64_contents: [1, 2] }],
  ['bytes', 'BYTES', { bytes_contents: ['a', 'é'] }],
] as const;

const requests: readonly Request[] = [
  echo,
  { ...echo, id: 'abc', model_version: '1' },
  {
    ...echo,
    parameters: {
      timeout: { int64_param: 5 },
      priority: { uint64_param: 1 },
      mine: { string_param: 'x' },
      sequence_end: { bool_param: true },
    },
  },
  {
    ...echo,
    outputs: [{ name: 'OU8' }, { name: 'OF32', parameters: { classification: { int64_param: 1 } } }],
  },
  {
    model_name: 'text',
    inputs: [{ name: 'S', datatype: 'BYTES', shape: [1, 2] }],
    raw: [{ bytes: ['ab', 'c'] }],
  },
  { model_name: 'half', inputs: [{ name: 'X', datatype: 'FP16', shape: [3, 2] }], raw: [{ zeros: 12 }] },
  { model_name: 'nobatch', inputs: [{ name: 'X', datatype: 'FP32', shape: [3, 2] }], raw: [{ zeros: 24 }] },
  { model_name: 'blob', inputs: [{ name: 'B', datatype: 'UINT8', shape: [300] }], raw: [{ zeros: 300 }] },
  ...contents.map(([model, datatype, values]) => ({
    model_name: `same_${model}`,
    inputs: [{ name: 'X', datatype, shape: [2], contents: values }],
  })),
];

const faceRequests: readonly Request[] = [
  {
    model_name: 'detection',
    inputs: [
      { name: 'input_0', datatype: 'UINT8', shape: [1, 8, 8, 3] },
      { name: 'input_1', datatype: 'FP32', shape: [1, 2] },
      { name: 'input_2', datatype: 'FP32', shape: [1, 2] },
    ],
    raw: [{ zeros: 192 }, { f32: [1, 1] }, { f32: [4, 4] }],
  },
  {
    model_name: 'extraction',
    inputs: [{ name: 'input_0', datatype: 'UINT8', shape: [1, 112, 112, 3] }],
    raw: [{ zeros: 37_632 }],
  },
];

function encode(request: Request): Buffer {
  const call = { name: '', method: 'ModelInfer', request, expect: { code: 0, text: '', trailing: {} } };
  return Buffer.concat(requestsOf(call));
}

/** Valid requests that are small and quickly answered. */
export const samples = requests.map(encode);
/** Valid requests to the models of the default pack. */
export const faceSamples = faceRequests.map(encode);
