import { InferenceSession, Tensor } from '../../pipelines/onnx-runtime.js';
import { floatTensor, graphFields, type Graph } from './graph.js';
import {
  integerField,
  lastField,
  messageField,
  readFields,
  textField,
  writeFields,
  type Field,
} from './protobuf.js';

/** Small ONNX files for tests. */
const float = 1n;

/** A ValueInfoProto of float32. */
function value(number: number, name: string, shape: readonly number[]): Field {
  const dims = shape.map((size) => messageField(1, [integerField(1, BigInt(size))]));
  return messageField(number, [
    textField(1, name),
    messageField(2, [messageField(1, [integerField(1, float), messageField(2, dims)])]),
  ]);
}

export const input = (name: string, shape: readonly number[]) => value(graphFields.input, name, shape);
export const output = (name: string, shape: readonly number[]) => value(graphFields.output, name, shape);
export const weights = (name: string, dims: readonly number[], values: readonly number[]) =>
  floatTensor(graphFields.initializer, name, dims, Float32Array.from(values));

/** ONNX IR 8, opset 13. */
export function model(graph: readonly Field[], extra: readonly Field[] = []): Uint8Array {
  return writeFields([
    integerField(1, 8n),
    ...extra,
    messageField(8, [textField(1, ''), integerField(2, 13n)]),
    messageField(7, [textField(2, 'tiny'), ...graph]),
  ]);
}

export function graphOf(file: Uint8Array): Graph {
  return readFields(lastField(readFields(file), 7)?.payload ?? new Uint8Array());
}

export async function run(
  file: Uint8Array,
  data: readonly number[],
  shape: readonly number[],
): Promise<number[]> {
  const session = await InferenceSession.create(file, { graphOptimizationLevel: 'all', logSeverityLevel: 3 });
  const feeds = { [session.inputNames[0] ?? '']: new Tensor('float32', Float32Array.from(data), shape) };
  const outputs = await session.run(feeds);
  await session.release();
  return Object.values(outputs).flatMap((tensor) => [...(tensor.data as Float32Array)]);
}
