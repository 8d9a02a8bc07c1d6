/** Elements of embeddings: float64 for what came as numbers, so that no digit is lost, float32 for what came as base64. */
export type EmbeddingValues = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** What makes an embedding unusable whatever its dimension, and the first element that does. */
export interface RowProblem {
  /** `no_number`: an element of the array is something else, and the row has no values. */
  readonly kind: 'no_number' | 'not_finite';
  readonly index: number;
}

/**
 * An embedding that was read while its body was parsed: an array of numbers or a base64 string in its final form. A
 * class, so that nothing that JSON can say is mistaken for one.
 */
export class EmbeddingRow {
  constructor(
    readonly values: EmbeddingValues,
    readonly problem: RowProblem | undefined,
  ) {}
}
