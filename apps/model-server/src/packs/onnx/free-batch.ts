import {
  graphFields,
  integerTensor,
  readInitializers,
  readNode,
  readTensor,
  type GraphPatch,
} from './graph.js';
import { changeShape, valueName } from './value-info.js';

/**
 * Makes a batch of 1 that was baked in at export symbolic: dimension 0 of inputs and outputs, and the
 * constant shapes [1, ...] of Reshape nodes on activations, whose 1 becomes 0 ("as the input has it").
 */
export const freeBatch: GraphPatch = (graph) => {
  const weights = readInitializers(graph);
  const nodes = graph.filter((field) => field.number === graphFields.node).map(readNode);
  const constants = new Set([
    ...weights.keys(),
    ...nodes.filter((node) => node.opType === 'Constant').flatMap((node) => node.outputs),
  ]);
  const readsAsShape = (node: (typeof nodes)[number], name: string) =>
    node.opType === 'Reshape' &&
    node.inputs[1] === name &&
    node.inputs[0] !== undefined &&
    !constants.has(node.inputs[0]);
  const isBatchShape = (name: string) => {
    const readers = nodes.filter((node) => node.inputs.includes(name));
    return readers.length > 0 && readers.every((node) => readsAsShape(node, name));
  };

  return graph.map((field) => {
    if (field.number === graphFields.input || field.number === graphFields.output) {
      if (weights.has(valueName(field))) return field;
      return changeShape(field, (position, size) => (position === 0 && size === 1 ? 'batch' : undefined));
    }
    if (field.number !== graphFields.initializer) return field;
    const { name, dims, integers } = readTensor(field);
    const sizes = dims.length === 1 ? integers() : undefined;
    if (sizes?.[0] !== 1n || !isBatchShape(name)) return field;
    return integerTensor(graphFields.initializer, name, [0n, ...sizes.slice(1)]);
  });
};
