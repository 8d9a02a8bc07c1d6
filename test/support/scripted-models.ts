import type { ModelInferRequest, Tensor } from '@face/kserve';
import { answer, floats } from '../../libs/triton/test/scripted-server.js';

/** Numbers of an embedding of {@link embeddings}. */
const dimension = 512;

/** Five points of a face, pixels. */
const landmarks = [38, 51, 73, 51, 56, 71, 41, 92, 70, 92];

/** What a detector gives for one picture with one face, by the names of the contract. */
export const oneFace = {
  output_0: floats('output_0', [1, 5], [10, 10, 100, 110, 0.9]),
  output_1: floats('output_1', [1, 10], landmarks),
  output_2: counts(1),
};

/** @param numbers of faces in each picture */
export function counts(...numbers: number[]): Tensor {
  const data = new Uint8Array(Int32Array.from(numbers).buffer);
  return { name: 'output_2', datatype: 'INT32', shape: [numbers.length, 1], data };
}

/** @param value of all numbers of all embeddings */
export function embeddings(faces: number, value = 1): Tensor {
  return floats('output_0', [faces, dimension], Array<number>(faces * dimension).fill(value));
}

/**
 * Answers as the two models of the contract do: one face in each picture, which is sent alone.
 * @param change of the detector's tensors; undefined leaves one out
 */
export function inferFaces(
  request: ModelInferRequest,
  change: Readonly<Record<string, Tensor | undefined>> = {},
  embedding: readonly Tensor[] = [embeddings(Number(request.inputs[0]?.shape[0] ?? 0))],
) {
  if (request.modelName === 'extraction') return answer(request, ...embedding);
  const tensors = Object.values({ ...oneFace, ...change });
  return answer(request, ...tensors.filter((tensor) => tensor !== undefined));
}
