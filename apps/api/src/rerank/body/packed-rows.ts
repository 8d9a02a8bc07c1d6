import { EmbeddingRow, type RowProblem } from './embedding-row.js';

/** Embeddings in two blocks of memory, in a form that goes from one thread to another without being copied. */
export interface PackedRows {
  /** Rows that came as numbers, float64, one after the other. */
  readonly numbers: ArrayBuffer;
  /** Rows that came as base64, float32, one after the other. */
  readonly floats: ArrayBuffer;
  /** For each row the number of its elements, negative when they are float32. */
  readonly lengths: Int32Array<ArrayBuffer>;
  /** By row. */
  readonly problems: ReadonlyMap<number, RowProblem>;
}

/** Views of the packed memory, one a row. */
export function unpackRows({ numbers, floats, lengths, problems }: PackedRows): EmbeddingRow[] {
  let nextNumber = 0;
  let nextFloat = 0;
  return Array.from(lengths, (signed, row) => {
    const length = Math.abs(signed);
    const values =
      signed < 0
        ? new Float32Array(floats, nextFloat, length)
        : new Float64Array(numbers, nextNumber, length);
    if (signed < 0) nextFloat += values.byteLength;
    else nextNumber += values.byteLength;
    return new EmbeddingRow(values, problems.get(row));
  });
}
