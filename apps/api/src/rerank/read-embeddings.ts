import { FaceError } from '@face/errors';
import type { SentEmbedding } from './sent-embedding.js';

/** One embedding of a request and how errors name it. */
export interface NamedEmbedding {
  readonly sent: SentEmbedding;
  /** As in `candidates[3].embedding`. */
  readonly path: string;
  /** As in "the candidate 'photo-4711' at index 3". */
  readonly name: string;
}

/** Rows without gaps: row i is `rows.subarray(i * dimension, (i + 1) * dimension)`. */
export type EmbeddingRows = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/**
 * Embeddings in one block of memory: float32 when all of them came as base64, which is float32 already; else
 * float64, so that no digit of a number is lost.
 * @throws FaceError `validation_failed` (an element is no number), `wrong_dimension`, `non_finite_number`,
 * `invalid_embedding` (no base64 of float32), naming the first one that cannot be used.
 */
export function readEmbeddings(
  count: number,
  dimension: number,
  at: (index: number) => NamedEmbedding,
): EmbeddingRows {
  let packed = true;
  for (let index = 0; index < count && packed; index++) packed = typeof at(index).sent === 'string';
  const rows = packed ? new Float32Array(count * dimension) : new Float64Array(count * dimension);
  const scratch = new Float32Array(dimension);
  for (let index = 0; index < count; index++) {
    const embedding = at(index);
    const row = rows.subarray(index * dimension, (index + 1) * dimension);
    if (typeof embedding.sent !== 'string') {
      readNumbers(embedding.sent, row, embedding);
    } else if (row instanceof Float32Array) {
      readBase64(embedding.sent, row, embedding);
    } else {
      readBase64(embedding.sent, scratch, embedding);
      row.set(scratch);
    }
  }
  return rows;
}

function readNumbers(sent: readonly unknown[], row: EmbeddingRows, { path, name }: NamedEmbedding): void {
  let nonFinite = -1;
  for (let index = 0; index < sent.length; index++) {
    const value = sent[index];
    if (typeof value !== 'number') {
      throw new FaceError(
        'validation_failed',
        `The body does not fit the schema: ${path} must hold numbers only.`,
        {
          errors: [{ path: `${path}[${index}]`, message: 'must be a number' }],
        },
      );
    }
    // Infinity - Infinity and NaN - NaN are NaN: one test for both. JSON's 1e999 becomes Infinity.
    if (value - value !== 0 && nonFinite < 0) nonFinite = index;
    row[index] = value;
  }
  if (sent.length !== row.length) throw wrongDimension(sent.length, row.length, name);
  if (nonFinite >= 0) throw nonFiniteNumber(name, nonFinite);
}

function readBase64(sent: string, row: Float32Array<ArrayBuffer>, { name }: NamedEmbedding): void {
  const bytes = Buffer.from(row.buffer, row.byteOffset, row.byteLength);
  // Node's decoder takes the alphabet for URLs too, and skips what is no base64: beyond that the right length in and out means that nothing was skipped.
  const characters = Math.ceil(bytes.length / 3) * 4;
  const padding = (3 - (bytes.length % 3)) % 3;
  const fits = (sent.length === characters || sent.length === characters - padding) && !/[-_]/.test(sent);
  if (!fits || bytes.write(sent, 'base64') !== bytes.length) throw unusableBase64(sent, row.length, name);
  for (let index = 0; index < row.length; index++) {
    const value = row[index] ?? Number.NaN;
    if (value - value !== 0) throw nonFiniteNumber(name, index);
  }
}

function unusableBase64(sent: string, dimension: number, name: string): FaceError {
  const length = /^[A-Za-z0-9+/]*={0,2}$/.test(sent) ? Buffer.byteLength(sent, 'base64') : Number.NaN;
  if (length % 4 === 0 && length !== dimension * 4) return wrongDimension(length / 4, dimension, name);
  const sentence = `The embedding of ${name} is not base64 of little-endian float32 numbers.`;
  return new FaceError('invalid_embedding', sentence);
}

function wrongDimension(got: number, expected: number, name: string): FaceError {
  const sentence = `The embedding of ${name} has ${got} numbers, but the model gives ${expected}.`;
  return new FaceError('wrong_dimension', sentence);
}

function nonFiniteNumber(name: string, index: number): FaceError {
  const sentence = `The embedding of ${name} has a number at position ${index} that is not finite.`;
  return new FaceError('non_finite_number', sentence);
}
