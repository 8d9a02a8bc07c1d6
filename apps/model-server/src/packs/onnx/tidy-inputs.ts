import { graphFields, readInitializers, type GraphPatch } from './graph.js';
import { valueName } from './value-info.js';

/** Stated shapes of inner tensors would contradict a changed graph; onnxruntime infers them anyway. */
export const dropValueInfo: GraphPatch = (graph) =>
  graph.filter((field) => field.number !== graphFields.valueInfo);

/**
 * Old exporters list every weight as a graph input too. A runtime must then take it for something that a
 * caller may replace, which forbids folding and warns once a weight.
 */
export const dropInitializerInputs: GraphPatch = (graph) => {
  const weights = readInitializers(graph);
  return graph.filter((field) => field.number !== graphFields.input || !weights.has(valueName(field)));
};
