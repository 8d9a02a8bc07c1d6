import { types } from 'node:util';
import { countRows, elementType, type EmbeddingRows } from './embedding-rows.js';
import { callSlots } from './call-slots.js';
import { callHere, callInThread } from './native-call.js';
import { requireSuccess } from './native-status.js';
import { cStruct, SharedLibrary, type CFunction } from './shared-library.js';

/** MERGE_ABI_VERSION. */
const abiVersion = 1;

/** merge_method: plain mean, or weighted by how well the members agree. */
const methods = { mean: 0, agreement: 1 } as const;
export type MergeMethod = keyof typeof methods;

/** merge_flip_mode. */
const flipModes = { mean: 1, concat: 2 } as const;
export type FlipMode = keyof typeof flipModes;

/** Numbers that are merged in about half a millisecond; more goes to another thread. */
const mergedOnEventLoop = 250_000;

/** merge_options, member by member. */
const options = cStruct({
  struct_size: 'uint32_t',
  element_type: 'int32_t',
  dimension: 'int32_t',
  method: 'int32_t',
  row_stride: 'int64_t',
});

/** The photos of one person. Formulas and ranges are in native-libs/include/merge_embeddings.h. */
export interface MergeCall<Rows extends EmbeddingRows> {
  /** n rows. Must not change before the result is there. */
  readonly embeddings: Rows;
  readonly dimension: number;
  readonly method: MergeMethod;
}

export interface MergeOutcome<Rows extends EmbeddingRows> {
  /** The template: one row of unit length. */
  readonly merged: Rows;
  /** Weight of each member in [0, 1]. */
  readonly weights: Float64Array;
  /** 1 for each member that agrees too little with the others. */
  readonly outliers: Uint8Array;
}

/** libmerge_embeddings: one template from several embeddings. Can be opened in any number of threads. */
export class MergeLibrary {
  /** Release and compiler, as in `merge_embeddings 1.0.0; gcc 12.2.0`. */
  readonly buildInfo: string;
  readonly #merge: CFunction;
  readonly #flip: CFunction;
  readonly #text: CFunction;

  private constructor(
    /** File name without folder. */
    readonly name: string,
    library: SharedLibrary,
  ) {
    library.requireVersion('merge_abi_version', abiVersion);
    this.buildInfo = library.get('merge_build_info', 'str', [])() as string;
    this.#text = library.get('merge_status_text', 'str', ['int']);
    this.#merge = library.get('merge_embeddings', 'int', [
      options.pointer,
      'void *',
      'int32_t',
      'void *',
      'double *',
      'uint8_t *',
      'int32_t *',
    ]);
    this.#flip = library.get('merge_flip', 'int', [
      'int32_t',
      'float *',
      'float *',
      'int32_t',
      'int32_t',
      'float *',
      'int32_t *',
    ]);
  }

  /**
   * @throws FaceError `not_ready`, naming the file, when it is absent, no shared library for this machine, without
   * the functions, or of another interface version.
   */
  static open(path: string): MergeLibrary {
    const library = SharedLibrary.open(path);
    return new MergeLibrary(library.name, library);
  }

  /**
   * Off the event loop when it takes longer than about half a millisecond.
   * @throws FaceError `wrong_dimension`, `too_many_candidates`; `non_finite_number` and `zero_embedding` with the
   * member's position; `zero_embedding` when the members cancel out; `overloaded`, `native_failed`.
   */
  async merge<Rows extends EmbeddingRows>(call: MergeCall<Rows>): Promise<MergeOutcome<Rows>> {
    const { embeddings, dimension } = call;
    const count = countRows(embeddings, dimension, 'The embeddings');
    const outcome: MergeOutcome<Rows> = {
      merged: emptyRow(embeddings, dimension),
      weights: new Float64Array(count),
      outliers: new Uint8Array(count),
    };
    const failedRow = Int32Array.of(-1);
    const settings = {
      struct_size: options.bytes,
      element_type: elementType(embeddings),
      dimension,
      method: methods[call.method],
      row_stride: 0,
    };
    const { merged, weights, outliers } = outcome;
    const values = [settings, embeddings, count, merged, weights, outliers, failedRow];
    const inThread = embeddings.length > mergedOnEventLoop;
    const status = inThread
      ? await callSlots.run(undefined, () => callInThread(this.#merge, values))
      : callHere(this.#merge, values);
    this.#require(status, failedRow);
    return outcome;
  }

  /**
   * Merges the two views of each face of a batch, in the calling thread.
   * @param views     n rows: embeddings of the aligned crops.
   * @param mirrored  n rows: those of their mirror images, in the same order.
   * @param dimension numbers in a row.
   * @returns n rows of unit length, of `dimension` numbers (`mean`) or twice as many (`concat`).
   * @throws FaceError `wrong_dimension`, `too_many_candidates`; `non_finite_number` and `zero_embedding` with the
   * face's position; `native_failed`.
   */
  flip(mode: FlipMode, views: Float32Array, mirrored: Float32Array, dimension: number): Float32Array {
    if (!types.isFloat32Array(views) || !types.isFloat32Array(mirrored)) {
      throw new TypeError('The views of a face must be Float32Arrays.');
    }
    const count = countRows(views, dimension, 'The views');
    if (countRows(mirrored, dimension, 'The mirrored views') !== count) {
      throw new RangeError(
        `There are ${mirrored.length} numbers of mirrored views for ${views.length} of views.`,
      );
    }
    const merged = new Float32Array(mode === 'concat' ? 2 * views.length : views.length);
    const failedRow = Int32Array.of(-1);
    const status = callHere(this.#flip, [
      flipModes[mode],
      views,
      mirrored,
      count,
      dimension,
      merged,
      failedRow,
    ]);
    this.#require(status, failedRow);
    return merged;
  }

  #require(status: number, failedRow: Int32Array): void {
    const textOf = (code: number) => this.#text(code) as string;
    requireSuccess(status, { library: this.name, textOf, row: failedRow[0] });
  }
}

/** One row of zeros of the same element type. */
function emptyRow<Rows extends EmbeddingRows>(like: Rows, dimension: number): Rows {
  return (types.isFloat32Array(like) ? new Float32Array(dimension) : new Float64Array(dimension)) as Rows;
}
