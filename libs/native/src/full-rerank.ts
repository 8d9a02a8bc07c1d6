import { countRows, elementType, requireSameType, type EmbeddingRows } from './embedding-rows.js';
import { callHere, callInThread } from './native-call.js';
import { requireSuccess, type StatusOrigin } from './native-status.js';
import { tooMuchForEventLoop } from './rerank-work.js';
import { cStruct, type CFunction, type SharedLibrary } from './shared-library.js';

/** RERANK_ABI_VERSION. */
const abiVersion = 1;

/** rerank_mode. */
const modes = { max: 0, replace: 1, cosine: 2 } as const;
export type RerankMode = keyof typeof modes;

/** rerank_options, member by member. */
const options = cStruct({
  struct_size: 'uint32_t',
  element_type: 'int32_t',
  dimension: 'int32_t',
  mode: 'int32_t',
  row_stride: 'int64_t',
  threshold: 'double',
  alpha: 'double',
  tau: 'double',
  n_cal: 'double',
  gallery_size: 'double',
  voting: 'int32_t',
  reserved: 'int32_t',
});

/** One query against its candidates. Formulas and ranges are in native-libs/include/rerank_compute.h. */
export interface RerankCall {
  /** One row. */
  readonly query: EmbeddingRows;
  /** K rows of the same element type. Must not change before the result is there. */
  readonly candidates: EmbeddingRows;
  readonly dimension: number;
  /** Acceptance threshold, a probability. */
  readonly threshold: number;
  /** Slope and middle of the logistic from cosine to probability. */
  readonly alpha: number;
  readonly tau: number;
  /** n_cal: impostors per genuine pair when the logistic was fitted. */
  readonly galleryReference: number;
  /** N: vectors in the searched collection; null for n_cal, which means no shift. */
  readonly gallerySize: number | null;
  /** False for weak models: candidates then do not vote for each other. */
  readonly voting: boolean;
  readonly mode: RerankMode;
  /** K ids, -1 for an unknown person; null when no person is known. */
  readonly subjects: Int32Array | null;
}

/** One value per candidate, in their order. */
export interface RerankOutcome {
  /** In [0, 1]; 0 for a candidate with a non-finite number or only zeros. */
  readonly scores: Float64Array;
  /** In [-1, 1]; 0 for such a candidate. */
  readonly cosines: Float64Array;
  /** How many other candidates voted for it. */
  readonly neighbours: Int32Array;
}

/** The versioned functions of librerank_compute. */
export class FullRerank {
  /** Release, compiler and vector instructions in use, as in `rerank_compute 1.0.0; gcc 12.2.0; avx512`. */
  readonly buildInfo: string;
  readonly #scores: CFunction;
  readonly #origin: StatusOrigin;

  /** @throws FaceError `not_ready` when the library's interface has another version. */
  constructor(library: SharedLibrary) {
    library.requireVersion('rerank_abi_version', abiVersion);
    this.buildInfo = library.get('rerank_build_info', 'str', [])() as string;
    this.#scores = library.get('rerank_scores', 'int', [
      options.pointer,
      'void *',
      'void *',
      'int32_t',
      'int32_t *',
      'double *',
      'double *',
      'int32_t *',
    ]);
    const text = library.get('rerank_status_text', 'str', ['int']);
    this.#origin = { library: library.name, textOf: (status) => text(status) as string };
  }

  /** Whether a library has these functions, of whatever version. */
  static isIn(library: SharedLibrary): boolean {
    return library.find('rerank_abi_version', 'uint32_t', []) !== undefined;
  }

  /**
   * Off the event loop when it takes longer than about half a millisecond.
   * @throws FaceError `wrong_dimension`, `too_many_candidates`, `non_finite_number` or `zero_embedding` (of the
   * query), `overloaded`, `native_failed`.
   */
  async score(call: RerankCall): Promise<RerankOutcome> {
    const { outcome, values, count } = prepare(call);
    const inThread = call.voting && call.mode !== 'cosine' && tooMuchForEventLoop(count, call.dimension);
    const status = inThread ? await callInThread(this.#scores, values) : callHere(this.#scores, values);
    requireSuccess(status, this.#origin);
    return outcome;
  }

  /** As {@link score}, on the event loop: for a handful of candidates only. */
  scoreHere(call: RerankCall): RerankOutcome {
    const { outcome, values } = prepare(call);
    requireSuccess(callHere(this.#scores, values), this.#origin);
    return outcome;
  }
}

/** Checks every length, since C code cannot, and lays out the arguments of rerank_scores(). */
function prepare(call: RerankCall) {
  const { query, candidates, dimension, subjects } = call;
  requireSameType(query, candidates);
  if (countRows(query, dimension, 'The query') !== 1) throw new RangeError('The query must be one row.');
  const count = countRows(candidates, dimension, 'The candidates');
  if (subjects !== null && subjects.length !== count) {
    throw new RangeError(`There are ${subjects.length} subjects for ${count} candidates.`);
  }
  const outcome: RerankOutcome = {
    scores: new Float64Array(count),
    cosines: new Float64Array(count),
    neighbours: new Int32Array(count),
  };
  const settings = {
    struct_size: options.bytes,
    element_type: elementType(candidates),
    dimension,
    mode: modes[call.mode],
    row_stride: 0,
    threshold: call.threshold,
    alpha: call.alpha,
    tau: call.tau,
    n_cal: call.galleryReference,
    gallery_size: call.gallerySize ?? 0,
    voting: call.voting ? 1 : 0,
    reserved: 0,
  };
  const { scores, cosines, neighbours } = outcome;
  return {
    outcome,
    count,
    values: [settings, query, candidates, count, subjects, scores, cosines, neighbours],
  };
}
