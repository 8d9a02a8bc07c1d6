import type { InputSize } from '../loaded-pack.js';
import {
  changeConstant,
  floatTensor,
  graphFields,
  readNode,
  readTensor,
  type Graph,
  type GraphPatch,
} from './graph.js';
import type { Field } from './protobuf.js';
import { changeShape, valueShape } from './value-info.js';

/** Sides of the anchors in pixels per stride (Ultra-Light-Fast-Generic-Face-Detector, RFB variant). */
const anchorSides: ReadonlyMap<number, readonly number[]> = new Map([
  [8, [10, 16, 24]],
  [16, [32, 48]],
  [32, [64, 96]],
  [64, [128, 192, 256]],
]);

/** Tensor field number inside an attribute, which is where a Constant node keeps its values. */
const attributeTensor = 5;

interface Anchors {
  /** [rows * 2]: centre x, y as shares of width and height. */
  readonly centres: Float32Array;
  /** [rows * 2]: width, height as shares. */
  readonly sizes: Float32Array;
}

/** Anchors row by row, as the model's outputs count them: stride, grid row, grid column, side. */
export function rfbAnchors({ width, height }: InputSize): Anchors {
  const centres: number[] = [];
  const sizes: number[] = [];
  for (const [stride, sides] of anchorSides) {
    const columns = Math.ceil(width / stride);
    const rows = Math.ceil(height / stride);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        for (const side of sides) {
          centres.push(clampShare((column + 0.5) / columns), clampShare((row + 0.5) / rows));
          sizes.push(clampShare(side / width), clampShare(side / height));
        }
      }
    }
  }
  return { centres: Float32Array.from(centres), sizes: Float32Array.from(sizes) };
}

/**
 * An RFB detector is fully convolutional but for its anchors, which the export baked in for one input size.
 * Replaces input shape, output rows and the anchor constants.
 * @throws RangeError when the graph is no RFB detector
 */
export function resizeRfb(size: InputSize): GraphPatch {
  return (graph) => {
    const from = inputSize(graph);
    if (from.width === size.width && from.height === size.height) return graph;
    const before = rfbAnchors(from);
    const after = rfbAnchors(size);
    let replaced = 0;
    const replace = (tensorNumber: number) => (tensor: Field) => {
      const { name, dims, floats } = readTensor(tensor);
      const values = dims.length === 3 && dims[2] === 2 ? floats() : undefined;
      if (values === undefined) return undefined;
      const kind = (['centres', 'sizes'] as const).find((each) => nearlyEqual(values, before[each]));
      if (kind === undefined) return undefined;
      replaced += 1;
      return floatTensor(tensorNumber, name, [1, after[kind].length / 2, 2], after[kind]);
    };
    const resized = graph.map((field) => {
      switch (field.number) {
        case graphFields.node:
          return readNode(field).opType === 'Constant'
            ? changeConstant(field, replace(attributeTensor))
            : field;
        case graphFields.initializer:
          return replace(graphFields.initializer)(field) ?? field;
        case graphFields.input:
          return changeShape(field, (position) => [undefined, undefined, size.height, size.width][position]);
        case graphFields.output:
          return changeShape(field, (position) => (position === 1 ? after.centres.length / 2 : undefined));
        default:
          return field;
      }
    });
    if (replaced !== 3) {
      throw new RangeError(
        `it has ${replaced} of the 3 anchor constants of an RFB detector of ${from.width}x${from.height}`,
      );
    }
    return resized;
  };
}

function inputSize(graph: Graph): InputSize {
  const shapes = graph.filter((field) => field.number === graphFields.input).map(valueShape);
  const [, , height, width] = shapes.find((shape) => shape?.length === 4) ?? [];
  if (typeof width !== 'number' || typeof height !== 'number') {
    throw new RangeError('its input states no width and height');
  }
  return { width, height };
}

function nearlyEqual(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, index) => Math.abs(value - (b[index] ?? NaN)) < 1e-5);
}

function clampShare(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
