import {
  floatTensor,
  graphFields,
  integerTensor,
  nodeField,
  readConstants,
  readNode,
  readNodeIntegers,
  withInputs,
  type Graph,
  type GraphPatch,
} from './graph.js';
import type { Field } from './protobuf.js';
import { changeShape, withoutShape } from './value-info.js';

/** Moves rows, columns and channels together and puts the batch between them: what a batch of one hides. */
const batchInside = [2, 3, 0, 1];
const batchFirst = [0n, 2n, 3n, 1n];

/** An enlargement to a fixed size, which names the batch too. */
export interface FixedResize {
  /** Tensor that is enlarged. */
  readonly input: string;
  readonly output: string;
  /** [batch, channels, height, width] */
  readonly sizes: readonly number[];
}

/** Resize nodes whose result has a fixed size. */
export function fixedResizes(graph: Graph): FixedResize[] {
  const constants = readConstants(graph);
  return nodesOf(graph).flatMap((node) => {
    const { opType, inputs, outputs } = readNode(node);
    const sizes = constants.get(inputs[3] ?? '')?.integers();
    const [input] = inputs;
    const [output] = outputs;
    if (opType !== 'Resize' || sizes === undefined || input === undefined || output === undefined) return [];
    return [{ input, output, sizes: sizes.map(Number) }];
  });
}

/**
 * Makes a detector that was exported for one picture take any number of them: inputs and outputs, constant shapes of
 * Reshape nodes, heads that InsightFace flattens across the batch, and enlargements to a fixed size.
 * @param scales of the enlargements, by the name of their output
 */
export function freeDetectorBatch(scales: ReadonlyMap<string, readonly number[]>): GraphPatch {
  return (graph) => {
    const constants = readConstants(graph);
    const nodes = nodesOf(graph).map((field) => ({ field, ...readNode(field) }));
    const producer = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
    const flattened = new Set<string>();
    const added: Field[] = [];

    const reshaped = (field: Field, data: string, output: string, sizes: readonly bigint[]) => {
      added.push(integerTensor(graphFields.initializer, `${output}/shape`, sizes));
      return withInputs(field, [data, `${output}/shape`]);
    };
    const changed = nodes.map(({ field, opType, inputs, outputs }) => {
      const [data = '', second = ''] = inputs;
      const [output = ''] = outputs;
      const sizes = constants.has(data) ? undefined : constants.get(second)?.integers();
      if (opType === 'Reshape' && sizes?.[0] === 1n)
        return reshaped(field, data, output, [0n, ...sizes.slice(1)]);
      if (opType === 'Reshape' && sizes?.length === 2 && sizes[0] === -1n) {
        const before = producer.get(data);
        if (before === undefined || !isBatchInside(before.field, before.opType)) return field;
        flattened.add(data);
        return reshaped(field, data, output, [0n, ...sizes]);
      }
      const scale = scales.get(output);
      if (opType === 'Resize' && scale !== undefined) {
        added.push(
          floatTensor(graphFields.initializer, `${output}/scales`, [scale.length], Float32Array.from(scale)),
        );
        return withInputs(field, [data, second, `${output}/scales`]);
      }
      return field;
    });
    const turned = changed.map((field, index) => {
      const { inputs, outputs } = nodes[index] ?? { inputs: [], outputs: [] };
      const [output = ''] = outputs;
      return flattened.has(output) ? nodeField('Transpose', inputs, output, { perm: batchFirst }) : field;
    });
    return [...withNodes(graph, turned).map((field) => freed(field, flattened.size > 0)), ...added];
  };
}

function nodesOf(graph: Graph): Field[] {
  return graph.filter((field) => field.number === graphFields.node);
}

function isBatchInside(node: Field, opType: string): boolean {
  const order = opType === 'Transpose' ? readNodeIntegers(node, 'perm') : undefined;
  return order?.length === 4 && batchInside.every((axis, at) => order[at] === axis);
}

/** @param nodes in the order of the graph's own */
function withNodes(graph: Graph, nodes: readonly Field[]): Field[] {
  let next = 0;
  return graph.map((field) => (field.number === graphFields.node ? (nodes[next++] ?? field) : field));
}

/** @param hasNewRank the outputs have one dimension more than they state */
function freed(field: Field, hasNewRank: boolean): Field {
  if (field.number === graphFields.output && hasNewRank) return withoutShape(field);
  if (field.number !== graphFields.input && field.number !== graphFields.output) return field;
  return changeShape(field, (position) => (position === 0 ? 'batch' : undefined));
}
