import { FaceError } from '@face/errors';

/**
 * The embedding at unit length (L2), summed in double. The largest number is taken out first, so that nothing
 * overflows or vanishes.
 * @throws FaceError `triton_failed` for an embedding of zeros, which has no direction.
 */
export function normalise(model: string, embedding: Float32Array): Float32Array {
  let largest = 0;
  for (const value of embedding) largest = Math.max(largest, Math.abs(value));
  if (largest === 0) {
    throw new FaceError(
      'triton_failed',
      `The model '${model}' gave an embedding of zeros, which has no direction.`,
    );
  }
  let squares = 0;
  for (const value of embedding) squares += (value / largest) ** 2;
  const length = Math.sqrt(squares) * largest;
  return embedding.map((value) => value / length);
}
