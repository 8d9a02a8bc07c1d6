import {
  bytesField,
  concatenate,
  fieldIntegers,
  fieldText,
  integerField,
  lastField,
  messageField,
  readFields,
  textField,
  writeFields,
  type Field,
} from './protobuf.js';

/** The fields of a GraphProto, in the order of the file (field numbers: onnx.proto3 of ONNX). */
export type Graph = readonly Field[];

/** Takes a graph and gives the changed one; the fields that it does not touch go through as they are. */
export type GraphPatch = (graph: Graph) => Graph;

export const graphFields = { node: 1, initializer: 5, input: 11, output: 12, valueInfo: 13 } as const;
const modelGraph = 7;
const nodeFields = { input: 1, output: 2, name: 3, opType: 4, attribute: 5 } as const;
const attributeFields = { name: 1, integer: 3, tensor: 5, integers: 8, type: 20 } as const;
const attributeTypes = { integer: 2n, integers: 7n } as const;
const tensorFields = { dims: 1, dataType: 2, floatData: 4, int64Data: 7, name: 8, rawData: 9 } as const;
const dataTypes = { float: 1n, int64: 7n } as const;

/**
 * @param model an ONNX file
 * @throws RangeError when it is none
 */
export function patchModel(model: Uint8Array, patches: readonly GraphPatch[]): Uint8Array {
  // A Buffer's slices share a pool: plain views keep every later `.buffer` honest.
  const fields = readFields(new Uint8Array(model.buffer, model.byteOffset, model.byteLength));
  if (lastField(fields, modelGraph) === undefined) throw new RangeError('it holds no graph');
  return writeFields(
    fields.map((field) => {
      if (field.number !== modelGraph) return field;
      return messageField(
        modelGraph,
        patches.reduce<Graph>((graph, patch) => patch(graph), readFields(field.payload)),
      );
    }),
  );
}

export interface GraphNode {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly opType: string;
}

export function readNode(field: Field): GraphNode {
  const fields = readFields(field.payload);
  const texts = (number: number) => fields.filter((each) => each.number === number).map(fieldText);
  return {
    inputs: texts(nodeFields.input),
    outputs: texts(nodeFields.output),
    opType: fieldText(lastField(fields, nodeFields.opType)),
  };
}

/** Integers of an attribute; undefined when the node has none of that name. */
export function readNodeIntegers(node: Field, name: string): readonly number[] | undefined {
  const attribute = readFields(node.payload)
    .filter((field) => field.number === nodeFields.attribute)
    .map((field) => readFields(field.payload))
    .find((fields) => fieldText(lastField(fields, attributeFields.name)) === name);
  return attribute && fieldIntegers(attribute, attributeFields.integers).map(Number);
}

/** The same node with other inputs; its attributes stay. */
export function withInputs(node: Field, inputs: readonly string[]): Field {
  const rest = readFields(node.payload).filter((field) => field.number !== nodeFields.input);
  return messageField(node.number, [...inputs.map((input) => textField(nodeFields.input, input)), ...rest]);
}

/** Attributes are single integers or lists of integers: all that the patches need. */
export function nodeField(
  opType: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, bigint | readonly bigint[]>> = {},
): Field {
  return messageField(graphFields.node, [
    ...inputs.map((input) => textField(nodeFields.input, input)),
    textField(nodeFields.output, output),
    textField(nodeFields.name, output),
    textField(nodeFields.opType, opType),
    ...Object.entries(attributes).map(([name, value]) =>
      messageField(nodeFields.attribute, [
        textField(attributeFields.name, name),
        ...(typeof value === 'bigint'
          ? [
              integerField(attributeFields.integer, value),
              integerField(attributeFields.type, attributeTypes.integer),
            ]
          : [
              ...value.map((each) => integerField(attributeFields.integers, each)),
              integerField(attributeFields.type, attributeTypes.integers),
            ]),
      ]),
    ),
  ]);
}

/** Replaces the tensor of a `Constant` node; other fields of the node stay. `change` gives undefined for no change. */
export function changeConstant(node: Field, change: (tensor: Field) => Field | undefined): Field {
  return changeNested(node, nodeFields.attribute, (attribute) =>
    changeNested(attribute, attributeFields.tensor, (tensor) => change(tensor) ?? tensor),
  );
}

/** Applies `change` to the fields of one number inside a message. */
export function changeNested(message: Field, number: number, change: (field: Field) => Field): Field {
  const fields = readFields(message.payload);
  const changed = fields.map((field) => (field.number === number ? change(field) : field));
  return changed.every((field, index) => field === fields[index])
    ? message
    : messageField(message.number, changed);
}

/** Values are read when they are asked for: most tensors of a graph are never looked at. */
export interface GraphTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** Undefined for other datatypes, and for data outside the file. */
  readonly floats: () => Float32Array | undefined;
  readonly integers: () => readonly bigint[] | undefined;
}

export function readTensor(field: Field): GraphTensor {
  const fields = readFields(field.payload);
  const dataType = fieldIntegers(fields, tensorFields.dataType).at(-1);
  const dims = fieldIntegers(fields, tensorFields.dims).map(Number);
  const count = dims.reduce((product, dim) => product * dim, 1);
  const raw = lastField(fields, tensorFields.rawData)?.payload;
  return {
    name: fieldText(lastField(fields, tensorFields.name)),
    dims,
    floats() {
      if (dataType !== dataTypes.float) return undefined;
      const listed = fields.filter((each) => each.number === tensorFields.floatData);
      const bytes = raw ?? concatenate(listed.map((each) => each.payload));
      if (bytes.length !== count * Float32Array.BYTES_PER_ELEMENT) return undefined;
      // Copied, for the payload begins at any byte and a Float32Array only at every fourth.
      return new Float32Array(Uint8Array.from(bytes).buffer);
    },
    integers() {
      if (dataType !== dataTypes.int64) return undefined;
      if (raw === undefined) return fieldIntegers(fields, tensorFields.int64Data);
      if (raw.length !== count * BigInt64Array.BYTES_PER_ELEMENT) return undefined;
      return [...new BigInt64Array(Uint8Array.from(raw).buffer)];
    },
  };
}

/** @param number field number in the message that will hold the tensor */
export function floatTensor(
  number: number,
  name: string,
  dims: readonly number[],
  values: Float32Array,
): Field {
  return messageField(number, [
    ...dims.map((dim) => integerField(tensorFields.dims, BigInt(dim))),
    integerField(tensorFields.dataType, dataTypes.float),
    ...(name === '' ? [] : [textField(tensorFields.name, name)]),
    bytesField(tensorFields.rawData, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  ]);
}

export function integerTensor(number: number, name: string, values: readonly bigint[]): Field {
  return messageField(number, [
    integerField(tensorFields.dims, BigInt(values.length)),
    integerField(tensorFields.dataType, dataTypes.int64),
    textField(tensorFields.name, name),
    bytesField(tensorFields.rawData, new Uint8Array(BigInt64Array.from(values).buffer)),
  ]);
}

/** Initializers by name. */
export function readInitializers(graph: Graph): Map<string, GraphTensor> {
  return new Map(
    graph
      .filter((field) => field.number === graphFields.initializer)
      .map((field) => readTensor(field))
      .map((tensor) => [tensor.name, tensor]),
  );
}

/** Tensors that are known before anything is fed: initializers, and values of `Constant` nodes, by name. */
export function readConstants(graph: Graph): Map<string, GraphTensor> {
  const constants = readInitializers(graph);
  for (const field of graph.filter((each) => each.number === graphFields.node)) {
    const { opType, outputs } = readNode(field);
    const [name] = outputs;
    if (opType !== 'Constant' || name === undefined) continue;
    changeConstant(field, (tensor) => {
      constants.set(name, readTensor(tensor));
      return undefined;
    });
  }
  return constants;
}
