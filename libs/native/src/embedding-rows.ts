import { types } from 'node:util';
import { FaceError } from '@face/errors';

/** Embeddings one after the other without gaps: row r is elements r * dimension to (r + 1) * dimension - 1. */
export type EmbeddingRows = Float32Array | Float64Array;

/** RERANK_MAX_DIMENSION and MERGE_MAX_DIMENSION. */
export const maxDimension = 4096;
/** RERANK_MAX_CANDIDATES and MERGE_MAX_ROWS. */
export const maxRows = 100_000;

/** rerank_element_type and merge_element_type. */
const elementTypes = { float32: 1, float64: 2 } as const;

/**
 * Number that tells C code the type of the elements. C takes whatever memory it is given, so an array of another
 * type would be read as garbage.
 * @throws TypeError for anything but the two float arrays.
 */
export function elementType(rows: EmbeddingRows): number {
  if (types.isFloat32Array(rows)) return elementTypes.float32;
  if (types.isFloat64Array(rows)) return elementTypes.float64;
  throw new TypeError('Embeddings must be a Float32Array or a Float64Array.');
}

/** @throws TypeError when two arrays that C code reads with one element type differ in it. */
export function requireSameType(first: EmbeddingRows, second: EmbeddingRows): void {
  if (elementType(first) !== elementType(second)) {
    throw new TypeError('Embeddings that are compared must be of one element type.');
  }
}

/** @throws FaceError `wrong_dimension` when the libraries cannot work with vectors of this length. */
export function requireDimension(dimension: number): void {
  if (!Number.isInteger(dimension) || dimension < 1 || dimension > maxDimension) {
    throw new FaceError(
      'wrong_dimension',
      `An embedding has 1 to ${maxDimension} numbers, ${dimension} is no possible dimension.`,
    );
  }
}

/**
 * @param what name of the rows at the beginning of a sentence, as in "The candidates".
 * @returns the number of rows, at least 1.
 * @throws FaceError `wrong_dimension` when the length is no positive multiple of the dimension, `too_many_candidates`
 * above {@link maxRows}.
 */
export function countRows(rows: EmbeddingRows, dimension: number, what: string): number {
  requireDimension(dimension);
  elementType(rows);
  const count = rows.length / dimension;
  if (!Number.isInteger(count) || count < 1) {
    throw new FaceError(
      'wrong_dimension',
      `${what} must be whole rows of ${dimension} numbers and at least one row; there are ${rows.length} numbers.`,
    );
  }
  if (count > maxRows) {
    throw new FaceError('too_many_candidates', `${what} are ${count}, more than the ${maxRows} allowed.`);
  }
  return count;
}
