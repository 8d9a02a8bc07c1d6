import { EmbeddingRow, type EmbeddingValues, viewOf } from './body/embedding-row.js';
import {
  type EmbeddingName,
  notBase64,
  notFinite,
  notNumbersOnly,
  wrongDimension,
} from './embedding-errors.js';
import type { SentEmbedding } from './sent-embedding.js';

/** The embeddings of a request, in a list of their own or as a field of something else. */
export interface SentEmbeddings {
  readonly length: number;
  readonly at: (index: number) => SentEmbedding;
  readonly nameOf: (index: number) => EmbeddingName;
}

/**
 * Embeddings in one block of memory: float32 when all of them came as base64, which is float32 already; else
 * float64, so that no digit of a number is lost. Row i is `rows.subarray(i * dimension, (i + 1) * dimension)`.
 * @returns the memory that they lie in already when it is of that form, else a copy
 * @throws FaceError `validation_failed` (an element is no number), `wrong_dimension`, `non_finite_number`,
 * `invalid_embedding` (no base64 of float32), naming the first one that cannot be used.
 */
export function readEmbeddings({ length, at, nameOf }: SentEmbeddings, dimension: number): EmbeddingValues {
  const rows: EmbeddingRow[] = [];
  for (let index = 0; index < length; index++) rows.push(usable(at(index), dimension, () => nameOf(index)));
  return inPlace(rows, dimension) ?? joined(rows, dimension);
}

function usable(sent: SentEmbedding, dimension: number, name: () => EmbeddingName): EmbeddingRow {
  if (!(sent instanceof EmbeddingRow)) throw unusableText(sent, dimension, name());
  const { problem } = sent;
  if (problem?.kind === 'no_number') throw notNumbersOnly(name(), problem.index);
  if (sent.length !== dimension) throw wrongDimension(name(), sent.length, dimension);
  if (problem?.kind === 'not_finite') throw notFinite(name(), problem.index);
  return sent;
}

function unusableText(sent: string, dimension: number, name: EmbeddingName): Error {
  const length = /^[A-Za-z0-9+/]*={0,2}$/.test(sent) ? Buffer.byteLength(sent, 'base64') : Number.NaN;
  if (length % 4 === 0 && length !== dimension * 4) return wrongDimension(name, length / 4, dimension);
  return notBase64(name);
}

/** One view of all rows, when they lie one after the other. */
function inPlace(rows: readonly EmbeddingRow[], dimension: number): EmbeddingValues | undefined {
  const [first] = rows;
  if (first === undefined) return undefined;
  const { memory, type, offset } = first;
  const rowBytes = dimension * type.BYTES_PER_ELEMENT;
  const follows = (row: EmbeddingRow, index: number) =>
    row.memory === memory && row.type === type && row.offset === offset + index * rowBytes;
  if (!rows.every(follows)) return undefined;
  return viewOf({ memory, type, offset, length: rows.length * dimension });
}

function joined(rows: readonly EmbeddingRow[], dimension: number): EmbeddingValues {
  const Values = rows.every(({ type }) => type === Float32Array) ? Float32Array : Float64Array;
  const block = new Values(rows.length * dimension);
  for (const [index, row] of rows.entries()) block.set(viewOf(row), index * dimension);
  return block;
}
