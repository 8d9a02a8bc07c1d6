import { ModelSession } from '../pipelines/model-session.js';
import type { ReadyModel } from './loaded-pack.js';
import { PackError } from './pack-error.js';

/** Relative distance that other processors and versions of onnxruntime may cause; a wrong graph is far beyond. */
const tolerance = 0.01;

const sampleCount = 32;

/**
 * What a model gives for a fixed pattern of bytes: its outputs in their order, end to end, at 32 places spread
 * evenly. Enough to notice a graph that was patched wrongly or runs wrongly here.
 * @param normalisation of the model: its input is (pattern - mean) / divisor
 */
export async function goldenOutput(
  model: ReadyModel,
  normalisation: { readonly mean: number; readonly divisor: number },
): Promise<number[]> {
  const session = await ModelSession.open(model);
  try {
    const { name, shape } = session.onlyInput();
    const pattern = Float32Array.from(
      { length: shape.reduce((product, size) => product * size, 1) },
      (_, index) => (patternByte(index) - normalisation.mean) / normalisation.divisor,
    );
    const read = await session.run(name, pattern, shape);
    const outputs = session.outputNames.flatMap((output) => [...read(output)]);
    return Array.from({ length: sampleCount }, (_, index) => {
      const value = outputs[Math.floor((index * outputs.length) / sampleCount)] ?? Number.NaN;
      return Number(value.toPrecision(6));
    });
  } finally {
    await session.close();
  }
}

/** @throws PackError when the model gives something else than the manifest says */
export async function checkGoldenOutput(
  model: ReadyModel,
  normalisation: { readonly mean: number; readonly divisor: number },
  golden: readonly number[],
): Promise<void> {
  const got = await goldenOutput(model, normalisation);
  const distance = relativeDistance(got, golden);
  if (!(distance <= tolerance)) {
    const field = model.field.replace(/\.file$/, '.golden');
    throw new PackError(
      `${field}: ${model.path} gives other numbers than stated (relative distance ${distance.toFixed(4)}): ` +
        `[${got.join(', ')}]`,
    );
  }
}

/** |a - b| / |b|; infinite for lists of different lengths. */
function relativeDistance(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Infinity;
  const norm = (values: readonly number[]) => Math.hypot(...values);
  return (
    norm(b.map((value, index) => (a[index] ?? Number.NaN) - value)) / Math.max(norm(b), Number.MIN_VALUE)
  );
}

/** Any fixed sequence that looks like noise (Knuth's multiplicative hash). */
function patternByte(index: number): number {
  return Math.imul(index, 2654435761) >>> 24;
}
