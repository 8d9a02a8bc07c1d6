import { InferenceSession, Tensor } from '../pipelines/onnx-runtime.js';
import type { InputSize } from '../packs/loaded-pack.js';
import { fixedResizes, freeDetectorBatch } from '../packs/onnx/free-detector-batch.js';
import { type Graph, graphFields, type GraphPatch, patchModel } from '../packs/onnx/graph.js';
import { dropInitializerInputs, dropValueInfo } from '../packs/onnx/tidy-inputs.js';
import { changeShape, floatOutput } from '../packs/onnx/value-info.js';
import { PackError } from '../packs/pack-error.js';

/** Patches that keep the result of any graph. PRelu stays: TensorRT fuses it. */
const always: readonly GraphPatch[] = [dropValueInfo, dropInitializerInputs];

/** Pictures in the batch that is compared with single ones. */
const compared = 3;
/** Largest difference to single pictures, as a share of the largest value. */
const tolerance = 1e-3;

/** A network that takes any number of pictures of one size. */
export interface FittedNetwork {
  readonly model: Uint8Array;
  readonly input: { readonly name: string; readonly dims: readonly number[] };
  /** Dims without the batch. */
  readonly outputs: readonly { readonly name: string; readonly dims: readonly number[] }[];
}

/**
 * Makes a published network fit for a plan: a batch of any size, pictures of a fixed one. The result is compared with
 * what the network gives for single pictures.
 * @param size of the pictures where the network leaves it open
 * @throws PackError when it cannot be done, or the batch would give something else
 */
export async function fitNetwork(published: Uint8Array, size: InputSize | undefined): Promise<FittedNetwork> {
  const sized = patch(published, [...always, fixSize(size)]);
  const scales = await enlargements(sized);
  const model = patch(sized, [freeDetectorBatch(scales)]);
  const single = await open(sized);
  const batched = await open(model);
  const shape = inputShape(single);
  const pictures = Array.from({ length: compared }, (_, index) => noise(count(shape), index));
  const together = await run(
    batched,
    [compared, ...shape.slice(1)],
    pictures.flatMap((each) => [...each]),
  );
  for (const [index, picture] of pictures.entries()) {
    const alone = await run(single, shape, picture);
    for (const [name, { data }] of alone) {
      const values = together.get(name)?.data ?? new Float32Array();
      const part = values.subarray(
        (index * values.length) / compared,
        ((index + 1) * values.length) / compared,
      );
      if (!nearlyEqual(part, data)) {
        throw new PackError(
          `Output '${name}' is another one for a picture in a batch than for the same one alone.`,
        );
      }
    }
  }
  const outputs = [...together].map(([name, { dims }]) => ({ name, dims: dims.slice(1) }));
  const fitted = { model, input: { name: single.inputNames[0] ?? '', dims: shape.slice(1) }, outputs };
  await Promise.all([single.release(), batched.release()]);
  return fitted;
}

function patch(model: Uint8Array, patches: readonly GraphPatch[]): Uint8Array {
  try {
    return patchModel(model, patches);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new PackError(`The file is no ONNX network: ${cause.message}`, { cause });
  }
}

function fixSize(size: InputSize | undefined): GraphPatch {
  return (graph) =>
    graph.map((field) => {
      if (field.number !== graphFields.input) return field;
      return changeShape(field, (position, stated) => {
        if (position === 0) return 1;
        if (stated !== null || position === 1) return undefined;
        if (size === undefined)
          throw new PackError('The network takes pictures of any size: say --size 640x640.');
        return position === 2 ? size.height : size.width;
      });
    });
}

/** How much larger each enlargement to a fixed size makes its input, which is found out by running the network once. */
async function enlargements(model: Uint8Array): Promise<Map<string, number[]>> {
  let found: ReturnType<typeof fixedResizes> = [];
  const observe = (graph: Graph) => {
    found = fixedResizes(graph);
    return [...graph, ...found.map(({ input }) => floatOutput(graphFields.output, input))];
  };
  const observed = patch(model, [observe]);
  if (found.length === 0) return new Map();
  const session = await open(observed);
  const shape = inputShape(session);
  const outputs = await run(session, shape, new Float32Array(count(shape)));
  await session.release();
  return new Map(
    found.map(({ input, output, sizes }) => {
      const before = outputs.get(input)?.dims ?? [];
      const scale = sizes.map((size, axis) => size / (before[axis] ?? Number.NaN));
      // A factor that is no whole number would be rounded on its way to the size.
      if (!scale.every((each) => Number.isInteger(each))) {
        throw new PackError(
          `It enlarges [${before.join(', ')}] to [${sizes.join(', ')}], by no whole factor.`,
        );
      }
      return [output, scale];
    }),
  );
}

async function open(model: Uint8Array): Promise<InferenceSession> {
  try {
    const session = await InferenceSession.create(model, { logSeverityLevel: 3, intraOpNumThreads: 1 });
    if (session.inputNames.length !== 1) {
      throw new PackError(`It has the inputs ${session.inputNames.join(', ')}, expected exactly one.`);
    }
    return session;
  } catch (cause) {
    if (cause instanceof PackError) throw cause;
    throw new PackError(`onnxruntime cannot open it: ${(cause as Error).message}`, { cause });
  }
}

function inputShape({ inputMetadata: [input] }: InferenceSession): readonly number[] {
  const shape = input?.isTensor === true ? input.shape : [];
  const sizes = shape.filter((size) => typeof size === 'number');
  if (sizes.length !== 4 || shape.length !== 4) {
    throw new PackError(`It takes [${shape.join(', ')}], expected [batch, channels, height, width].`);
  }
  return sizes;
}

async function run(
  session: InferenceSession,
  shape: readonly number[],
  values: Float32Array | readonly number[],
): Promise<Map<string, { readonly dims: readonly number[]; readonly data: Float32Array }>> {
  const input = new Tensor('float32', Float32Array.from(values), shape);
  const outputs = await session.run({ [session.inputNames[0] ?? '']: input });
  return new Map(
    Object.entries(outputs).map(([name, { data, dims }]) => {
      if (!(data instanceof Float32Array)) throw new PackError(`Its output '${name}' is not float32.`);
      return [name, { dims, data }];
    }),
  );
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Pictures that differ, of values as networks get them (Knuth's multiplicative hash). */
function noise(length: number, seed: number): Float32Array {
  return Float32Array.from(
    { length },
    (_, index) => (Math.imul(index + 7919 * seed, 2654435761) >>> 24) / 127.5 - 1,
  );
}

function nearlyEqual(a: Float32Array, b: Float32Array): boolean {
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  return (
    a.length === b.length && a.every((value, at) => Math.abs(value - (b[at] ?? NaN)) <= tolerance * largest)
  );
}
