import { floatTensor, graphFields, nodeField, readInitializers, readNode, type GraphPatch } from './graph.js';
import { fieldText, lastField, readFields, type Field } from './protobuf.js';

/**
 * Writes PRelu(x, s), one slope a channel, as s x + Relu((1 - s) x), both products as depthwise 1x1
 * convolutions; where a slope is above 1, as s x + (1 - s) Relu(x), for Relu((1 - s) x) would be wrong there.
 * onnxruntime's PRelu leaves the blocked layout of its convolutions and is slow since 1.27; these nodes stay
 * in that layout and are fused with their neighbours (more than twice as fast for a mobile embedder, the
 * result equal to rounding).
 */
export const rewritePrelu: GraphPatch = (graph) => {
  const weights = readInitializers(graph);
  const added: Field[] = [];
  const rewritten = graph.flatMap((field) => {
    if (field.number !== graphFields.node) return [field];
    const { opType, inputs, outputs } = readNode(field);
    const [x, slopeName] = inputs;
    const [output] = outputs;
    if (opType !== 'PRelu' || x === undefined || slopeName === undefined || output === undefined)
      return [field];
    const slope = weights.get(slopeName);
    const slopes = slope && isPerChannel(slope.dims) ? slope.floats() : undefined;
    if (slopes === undefined) return [field];
    const channels = slopes.length;
    const dims = [channels, 1, 1, 1];
    added.push(
      floatTensor(graphFields.initializer, `${output}/slope`, dims, slopes),
      floatTensor(
        graphFields.initializer,
        `${output}/rest`,
        dims,
        slopes.map((value) => 1 - value),
      ),
    );
    const scaled = (input: string, weight: string, result: string) =>
      nodeField('Conv', [input, `${output}/${weight}`], `${output}/${result}`, {
        group: BigInt(channels),
        kernel_shape: [1n, 1n],
      });
    const positive = slopes.some((value) => value > 1)
      ? [nodeField('Relu', [x], `${output}/relu`), scaled(`${output}/relu`, 'rest', 'positive')]
      : [scaled(x, 'rest', 'remainder'), nodeField('Relu', [`${output}/remainder`], `${output}/positive`)];
    return [
      scaled(x, 'slope', 'linear'),
      ...positive,
      nodeField('Add', [`${output}/linear`, `${output}/positive`], output),
    ];
  });
  return [...withoutUnused(rewritten, weights.keys()), ...added];
};

/** [C, 1, 1] of a [N, C, H, W] tensor; a slope of one value for all says nothing about the channels. */
function isPerChannel(dims: readonly number[]): boolean {
  return dims.length === 3 && (dims[0] ?? 0) > 1 && dims[1] === 1 && dims[2] === 1;
}

/** Drops the slopes that no node reads any more: a runtime would warn of each. */
function withoutUnused(graph: Field[], names: Iterable<string>): Field[] {
  const unused = new Set(names);
  for (const field of graph) {
    if (field.number === graphFields.node) for (const input of readNode(field).inputs) unused.delete(input);
    if (field.number === graphFields.output)
      unused.delete(fieldText(lastField(readFields(field.payload), 1)));
  }
  return graph.filter((field) => {
    if (field.number !== graphFields.initializer && field.number !== graphFields.input) return true;
    const nameNumber = field.number === graphFields.initializer ? 8 : 1;
    return !unused.has(fieldText(lastField(readFields(field.payload), nameNumber)));
  });
}
