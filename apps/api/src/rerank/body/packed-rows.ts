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

export function unpackRows({ numbers, floats, lengths, problems }: PackedRows): EmbeddingRow[] {
  let nextNumber = 0;
  let nextFloat = 0;
  return Array.from(lengths, (signed, row) => {
    const problem = problems.get(row);
    if (signed < 0) {
      const offset = nextFloat;
      nextFloat -= signed * Float32Array.BYTES_PER_ELEMENT;
      return new EmbeddingRow(floats, Float32Array, offset, -signed, problem);
    }
    const offset = nextNumber;
    nextNumber += signed * Float64Array.BYTES_PER_ELEMENT;
    return new EmbeddingRow(numbers, Float64Array, offset, signed, problem);
  });
}
