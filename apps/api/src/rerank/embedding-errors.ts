import { FaceError } from '@face/errors';

/** How errors name an embedding of a request. */
export interface EmbeddingName {
  /** As in `candidates[3].embedding`. */
  readonly path: string;
  /** As in "the candidate 'photo-4711' at index 3". */
  readonly name: string;
}

export function notNumbersOnly({ path }: EmbeddingName, index: number): FaceError {
  const sentence = `The body does not fit the schema: ${path} must hold numbers only.`;
  return new FaceError('validation_failed', sentence, {
    errors: [{ path: `${path}[${index}]`, message: 'must be a number' }],
  });
}

export function wrongDimension({ name }: EmbeddingName, got: number, expected: number): FaceError {
  const sentence = `The embedding of ${name} has ${got} numbers, but the model gives ${expected}.`;
  return new FaceError('wrong_dimension', sentence);
}

export function notFinite({ name }: EmbeddingName, index: number): FaceError {
  const sentence = `The embedding of ${name} has a number at position ${index} that is not finite.`;
  return new FaceError('non_finite_number', sentence);
}

export function notBase64({ name }: EmbeddingName): FaceError {
  const sentence = `The embedding of ${name} is not base64 of little-endian float32 numbers.`;
  return new FaceError('invalid_embedding', sentence);
}
