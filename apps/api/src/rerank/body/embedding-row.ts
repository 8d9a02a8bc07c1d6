/** Elements of embeddings: float64 for what came as numbers, so that no digit is lost, float32 for what came as base64. */
export type EmbeddingValues = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** What makes an embedding unusable whatever its dimension, and the first element that does. */
export interface RowProblem {
  /** `no_number`: an element of the array is something else, and the row has no elements. */
  readonly kind: 'no_number' | 'not_finite';
  readonly index: number;
}

/** A number of elements that lie in a row. */
export interface MemoryPlace {
  readonly memory: ArrayBuffer;
  readonly type: Float32ArrayConstructor | Float64ArrayConstructor;
  /** Bytes from the start of the memory. */
  readonly offset: number;
  /** Elements. */
  readonly length: number;
}

/**
 * An embedding that was read while its body was parsed: an array of numbers or a base64 string in its final form. A
 * class, so that nothing that JSON can say is mistaken for one. It tells where its elements are instead of having a
 * view of them: a request has a thousand, and a view is larger than all else of a candidate.
 */
export class EmbeddingRow implements MemoryPlace {
  constructor(
    readonly memory: ArrayBuffer,
    readonly type: MemoryPlace['type'],
    readonly offset: number,
    readonly length: number,
    readonly problem: RowProblem | undefined,
  ) {}
}

export function viewOf({ memory, type, offset, length }: MemoryPlace): EmbeddingValues {
  return new type(memory, offset, length);
}
