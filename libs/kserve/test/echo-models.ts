import type { Model, ModelDefinition, ModelRequest, TensorSpec } from '../src/server/model.js';
import { SharedBytes } from '../src/server/shared-memory/shared-region.js';
import { type Datatype, type Tensor, datatypeBytes } from '../src/tensor.js';

/** Small models that give back what they got: what the protocol does, without any inference. */
class EchoModel implements Model {
  readonly ready = true;
  readonly definition: ModelDefinition;

  constructor(
    name: string,
    maxBatchSize: number,
    private readonly echoes: readonly (readonly [input: TensorSpec, output: string])[],
  ) {
    this.definition = {
      name,
      version: 1,
      platform: 'python',
      backend: 'python',
      maxBatchSize,
      inputs: echoes.map(([input]) => input),
      outputs: echoes.map(([input, output]) => ({ ...input, name: output })),
      parameters: {},
      instances: 1,
    };
  }

  infer({ inputs }: ModelRequest): Promise<{ outputs: Tensor[] }> {
    const outputs = this.echoes.map(([{ name }, output]) => {
      const tensor = inputs.get(name);
      if (tensor === undefined) throw new Error(`no input '${name}'`);
      const data = tensor.data instanceof SharedBytes ? tensor.data.read() : tensor.data;
      return { ...tensor, data, name: output };
    });
    return Promise.resolve({ outputs });
  }
}

/** Tells the length of its input. */
const blob: Model = {
  ready: true,
  definition: {
    name: 'blob',
    version: 1,
    platform: 'python',
    backend: 'python',
    maxBatchSize: 0,
    inputs: [{ name: 'B', datatype: 'UINT8', dims: [-1] }],
    outputs: [{ name: 'N', datatype: 'INT64', dims: [1] }],
    parameters: {},
    instances: 1,
  },
  infer({ inputs }) {
    const length = BigInt(inputs.get('B')?.data.byteLength ?? 0);
    const data = new Uint8Array(BigInt64Array.of(length).buffer);
    return Promise.resolve({ outputs: [{ name: 'N', datatype: 'INT64', shape: [1], data }] });
  },
};

/** Of any number of values, in each datatype. */
const sameModels = ([...Object.keys(datatypeBytes), 'BYTES'] as Datatype[]).map(
  (datatype) =>
    new EchoModel(`same_${datatype.toLowerCase()}`, 0, [[{ name: 'X', datatype, dims: [-1] }, 'Y']]),
);

/** The test models for which answers of the real server are recorded, and one for each datatype. */
export const echoModels: readonly Model[] = [
  new EchoModel('echo', 8, [
    [{ name: 'U8', datatype: 'UINT8', dims: [4] }, 'OU8'],
    [{ name: 'F32', datatype: 'FP32', dims: [2] }, 'OF32'],
  ]),
  new EchoModel('nobatch', 0, [[{ name: 'X', datatype: 'FP32', dims: [-1, 2] }, 'Y']]),
  new EchoModel('half', 8, [[{ name: 'X', datatype: 'FP16', dims: [2] }, 'Y']]),
  new EchoModel('text', 8, [[{ name: 'S', datatype: 'BYTES', dims: [2] }, 'T']]),
  new EchoModel('prio', 1, [[{ name: 'MS', datatype: 'INT32', dims: [1] }, 'OUT']]),
  blob,
  ...sameModels,
];
