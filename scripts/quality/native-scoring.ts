import { join } from 'node:path';
import type { RerankCalibration } from '../measure/api-client.ts';
import { root } from '../run/root.ts';

export type RerankMode = 'cosine' | 'max' | 'replace';
export type MergeMethod = 'mean' | 'agreement';

/** What is used of libs/native, where it is documented. */
interface CompiledBindings {
  readonly defaultLibraryPath: (name: string) => string;
  readonly RerankLibrary: { readonly open: (path: string) => { readonly full: FullRerank | undefined } };
  readonly MergeLibrary: { readonly open: (path: string) => MergeLibrary };
}

interface FullRerank {
  readonly buildInfo: string;
  readonly score: (call: {
    readonly query: Float32Array;
    readonly candidates: Float32Array;
    readonly dimension: number;
    readonly threshold: number;
    readonly alpha: number;
    readonly tau: number;
    readonly galleryReference: number;
    readonly gallerySize: number;
    readonly voting: boolean;
    readonly mode: RerankMode;
    readonly subjects: Int32Array | null;
  }) => Promise<{ readonly scores: Float64Array }>;
}

interface MergeLibrary {
  readonly buildInfo: string;
  readonly merge: (call: {
    readonly embeddings: Float32Array;
    readonly dimension: number;
    readonly method: MergeMethod;
  }) => Promise<{ readonly merged: Float32Array }>;
}

export interface ScoringOptions {
  readonly mode: RerankMode;
  readonly calibration: RerankCalibration;
  /** Acceptance threshold, a probability. */
  readonly threshold: number;
  /** N: entries of the whole gallery. */
  readonly gallerySize: number;
  /** A number for each candidate's person; null when they are not told. */
  readonly subjects: Int32Array | null;
}

/**
 * The built native libraries through the bindings that the API is compiled with. The API itself lets nobody choose
 * how it reranks and merges.
 */
export class NativeScoring {
  readonly #rerank: FullRerank;
  readonly #merge: MergeLibrary;

  private constructor(rerank: FullRerank, merge: MergeLibrary) {
    this.#rerank = rerank;
    this.#merge = merge;
  }

  /** @throws Error when a library cannot be used */
  static async open(): Promise<NativeScoring> {
    const compiled = join(root, 'dist/api/libs/native/src/index.js');
    const { defaultLibraryPath, RerankLibrary, MergeLibrary } = (await import(compiled)) as CompiledBindings;
    const { full } = RerankLibrary.open(defaultLibraryPath('librerank_compute'));
    if (full === undefined) throw new Error('librerank_compute has only the original function');
    return new NativeScoring(full, MergeLibrary.open(defaultLibraryPath('libmerge_embeddings')));
  }

  /** Release, compiler and vector instructions, as in `rerank_compute 1.0.0; gcc 12.2.0; avx512`. */
  get rerankBuild(): string {
    return this.#rerank.buildInfo;
  }

  get mergeBuild(): string {
    return this.#merge.buildInfo;
  }

  /** @returns scores in the order of the candidates */
  async rerank(
    query: Float32Array,
    candidates: readonly Float32Array[],
    { calibration: { alpha, tau, n_cal, voting }, ...options }: ScoringOptions,
  ): Promise<Float64Array> {
    const { scores } = await this.#rerank.score({
      ...options,
      query,
      candidates: inOneBlock(candidates),
      dimension: query.length,
      alpha,
      tau,
      galleryReference: n_cal,
      voting,
    });
    return scores;
  }

  /** @returns one template of unit length */
  async merge(embeddings: readonly Float32Array[], method: MergeMethod): Promise<Float32Array> {
    const dimension = embeddings[0]?.length ?? 0;
    const { merged } = await this.#merge.merge({ embeddings: inOneBlock(embeddings), dimension, method });
    return merged;
  }
}

function inOneBlock(rows: readonly Float32Array[]): Float32Array {
  const dimension = rows[0]?.length ?? 0;
  const block = new Float32Array(rows.length * dimension);
  for (const [index, row] of rows.entries()) block.set(row, index * dimension);
  return block;
}
