import type { RecordedCall } from './recorded-call.js';

type Call = Omit<RecordedCall, 'expect'>;
type Fields = Readonly<Record<string, unknown>>;

const u8 = { name: 'U8', datatype: 'UINT8', shape: [2, 4] };
const f32 = { name: 'F32', datatype: 'FP32', shape: [2, 2] };
const raw = [{ u8: [1, 2, 3, 4, 5, 6, 7, 8] }, { f32: [0.5, -1, 2, 3] }];

function infer(name: string, change: Fields): Call {
  return {
    name,
    method: 'ModelInfer',
    request: { model_name: 'echo', inputs: [u8, f32], raw, ...change },
  };
}

const versions = ['', '0', '1', '2', '-1', '-0', '+1', '01', ' 1', '\t1', '1 ', '1.0', '1abc', '0x1', 'abc']
  .concat([' ', '+', '-', '--1', 'v1', '１', '9223372036854775807', '9223372036854775808'])
  .concat(['-9223372036854775809', '18446744073709551617', '4294967297']);

const names = ['echo', 'nope', '', 'ECHO', 'echo ', '../echo', 'é', "'", '%41'];

const choices: readonly Fields[] = [
  { int64_param: 1 },
  { int64_param: 0 },
  { int64_param: -1 },
  { int64_param: 2 ** 40 },
  { string_param: 'x' },
  { string_param: '' },
  { bool_param: true },
  { double_param: 1.5 },
  { uint64_param: 1 },
  {},
];

const contents: readonly Fields[] = [
  { bool_contents: [true, false] },
  { int_contents: [-1, 70_000] },
  { int64_contents: [-1, 5] },
  { uint_contents: [4_294_967_295, 70_000] },
  { uint64_contents: [3, 5] },
  { fp32_contents: [1.5, -2] },
  { fp64_contents: [1e300, 2] },
  { bytes_contents: ['a', 'é'] },
];

const datatypes = ['BOOL', 'UINT8', 'UINT16', 'UINT32', 'UINT64', 'INT8', 'INT16', 'INT32', 'INT64'].concat([
  ...['FP16', 'FP32', 'FP64', 'BYTES'],
]);

function* versionVariants(): Generator<Call> {
  for (const version of versions) {
    yield infer(`version ${version}`, { model_version: version });
    for (const method of ['ModelReady', 'ModelMetadata', 'ModelStatistics']) {
      for (const name of names.slice(0, 3)) {
        yield { name: `${method} ${name} ${version}`, method, request: { name, version } };
      }
    }
  }
  for (const name of names) {
    yield infer(`model ${name}`, { model_name: name, id: 'abc', model_version: '1' });
    for (const method of ['ModelReady', 'ModelMetadata', 'ModelConfig', 'TraceSetting']) {
      const request = method === 'TraceSetting' ? { model_name: name } : { name };
      yield { name: `${method} ${name}`, method, request, volatile: method === 'ModelConfig' };
    }
  }
}

function* tensorVariants(): Generator<Call> {
  for (const datatype of [...datatypes, 'BF16', 'STRING', 'uint8', '', 'INVALID', 'UINT8 ']) {
    yield infer(`datatype ${datatype}`, { inputs: [{ ...u8, datatype }, f32] });
    yield infer(`datatype and shape ${datatype}`, { inputs: [{ ...u8, datatype, shape: [2, 9] }, f32] });
  }
  for (const datatype of datatypes) {
    const model = `same_${datatype.toLowerCase()}`;
    const one = (given: Fields): Fields => ({ model_name: model, raw: [], inputs: [given] });
    for (const first of contents) {
      yield infer(`${datatype} ${JSON.stringify(first)}`, {
        ...one({ name: 'X', datatype, shape: [2], contents: first }),
      });
      yield infer(`${datatype} twice ${JSON.stringify(first)}`, {
        ...one({ name: 'X', datatype, shape: [2], contents: { ...first, ...contents[0], ...contents[5] } }),
      });
    }
    if (datatype === 'BYTES') continue;
    yield infer(`classification of ${datatype}`, {
      ...one({ name: 'X', datatype, shape: [3] }),
      raw: [{ zeros: 3 * (elementBytes[datatype] ?? 0) }],
      outputs: [{ name: 'Y', parameters: { classification: { int64_param: 2 } } }],
    });
  }
  const shapes = [[], [2], [8], [2, 4, 1], [2, 5], [1, 4], [9, 4], [0, 4], [-2, 4], [2, -1], [2, 0], [3, 4]];
  for (const shape of shapes) {
    yield infer(`shape ${String(shape)}`, { inputs: [{ ...u8, shape }, f32] });
    yield infer(`both shapes ${String(shape)}`, {
      inputs: [
        { ...u8, shape },
        { ...f32, shape: [shape[0] ?? 1, 2] },
      ],
    });
  }
  const strings = [
    '',
    '0100000061',
    '01000000610100000061',
    '010000006101',
    '01000000610500000061',
    'ffffffff61',
  ];
  for (const hex of strings) {
    const inputs = [{ name: 'S', datatype: 'BYTES', shape: [1, 2] }];
    yield infer(`strings ${hex}`, { model_name: 'text', inputs, raw: [{ hex }], id: 'abc' });
  }
}

const elementBytes: Readonly<Record<string, number>> = {
  ...{ BOOL: 1, UINT8: 1, INT8: 1, UINT16: 2, INT16: 2, FP16: 2, UINT32: 4, INT32: 4, FP32: 4 },
  ...{ UINT64: 8, INT64: 8, FP64: 8 },
};

function* parameterVariants(): Generator<Call> {
  const keys = [
    'timeout',
    'priority',
    'sequence_id',
    'sequence_start',
    'sequence_end',
    'mine',
    'triton_mine',
  ];
  for (const choice of choices) {
    for (const key of [...keys, 'triton_enable_empty_final_response', '']) {
      yield infer(`${key} ${JSON.stringify(choice)}`, { parameters: { [key]: choice } });
    }
    yield infer(`classification ${JSON.stringify(choice)}`, {
      outputs: [{ name: 'OF32', parameters: { classification: choice } }],
    });
    for (const key of ['shared_memory_region', 'shared_memory_offset', 'shared_memory_byte_size']) {
      const parameters = { shared_memory_region: { string_param: 'r' }, [key]: choice };
      yield infer(`input ${key} ${JSON.stringify(choice)}`, { inputs: [{ ...u8, parameters }, f32] });
      yield infer(`output ${key} ${JSON.stringify(choice)}`, { outputs: [{ name: 'OU8', parameters }] });
      yield infer(`only ${key} ${JSON.stringify(choice)}`, {
        inputs: [{ ...u8, parameters: { [key]: choice } }, f32],
      });
    }
  }
  for (const outputs of [['OU8'], ['OF32', 'OU8'], ['OU8', 'OU8'], ['ZZ', 'YY'], ['OU8', 'ZZ'], ['']]) {
    yield infer(`outputs ${String(outputs)}`, { outputs: outputs.map((name) => ({ name })) });
  }
  for (const inputs of [[], [u8], [f32], [u8, u8], [u8, f32, u8], [{ ...u8, name: 'X' }], [f32, u8]]) {
    yield infer(`inputs ${inputs.map(({ name }) => name).join()}`, { inputs, raw: [...raw, ...raw] });
  }
}

function* controlVariants(): Generator<Call> {
  const calls: Readonly<Record<string, readonly Fields[]>> = {
    ServerLive: [{}],
    ServerReady: [{}],
    RepositoryIndex: [{ repository_name: 'x' }],
    RepositoryModelLoad: [{}, { model_name: 'echo' }, { repository_name: 'x', model_name: 'echo' }],
    RepositoryModelUnload: [{ model_name: 'nope' }, { repository_name: 'x' }],
    SystemSharedMemoryStatus: [{}, { name: 'nope' }],
    SystemSharedMemoryRegister: [{}, { name: 'r', key: '/nope', byte_size: 8n }, { name: 'r', key: '/../x' }],
    SystemSharedMemoryUnregister: [{}, { name: 'nope' }],
    CudaSharedMemoryStatus: [{}, { name: 'nope' }],
    CudaSharedMemoryRegister: [{}, { name: 'r', byte_size: 8n }],
    CudaSharedMemoryUnregister: [{}, { name: 'nope' }],
    LogSettings: [{}],
    '/grpc.health.v1.Health/Check': [{}, { service: 'nope' }],
    '/grpc.health.v1.Health/Watch': [{}],
    '/inference.GRPCInferenceService/Nope': [{}],
    '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo': [{}],
  };
  for (const [method, requests] of Object.entries(calls)) {
    for (const request of requests) {
      const name = `${method} ${JSON.stringify(request, (_, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      )}`;
      // What is logged is each server's own affair.
      yield { name, method, request, volatile: method === 'LogSettings' };
    }
  }
  for (const hex of ['00', '0a05', '0f', '0b', '0c', '0a02c328', 'f80701', '0affffffff7f']) {
    for (const method of ['ModelInfer', 'ModelReady', 'ServerLive', '/grpc.health.v1.Health/Check']) {
      yield { name: `${method} ${hex}`, method, wire_hex: hex };
    }
  }
}

/** Calls that differ from a right one in one point each, for a comparison of two servers with the test models. */
export function requestVariants(): readonly Call[] {
  return [...versionVariants(), ...tensorVariants(), ...parameterVariants(), ...controlVariants()];
}
