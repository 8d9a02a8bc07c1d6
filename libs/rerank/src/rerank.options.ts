/** Where the native libraries lie. */
export interface RerankOptions {
  /** librerank_compute: the one built here, or an owner's with only the original function. */
  readonly rerankLibraryPath: string;
  /** libmerge_embeddings. */
  readonly mergeLibraryPath: string;
}

export const RERANK_OPTIONS = Symbol('RERANK_OPTIONS');
