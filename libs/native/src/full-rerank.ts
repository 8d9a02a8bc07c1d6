import { countRows, elementType, requireSameType, type EmbeddingRows } from './embedding-rows.js';
import { callSlots } from './call-slots.js';
import { callHere, callInThread } from './native-call.js';
import { requireSuccess, type StatusOrigin } from './native-status.js';
import { tooMuchForEventLoop } from './rerank-work.js';
import { cStruct, type CFunction, type SharedLibrary } from './shared-library.js';
import { Workspace } from './workspace.js';

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
  workspace: 'void *',
  workspace_bytes: 'uint64_t',
  pool: 'void *',
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
  /** A call that waits for its turn is given up when this fires. */
  readonly signal?: AbortSignal | undefined;
}

/** One value per candidate, in their order. */
export interface RerankOutcome {
  /** In [0, 1]; 0 for a candidate with a non-finite number or only zeros. */
  readonly scores: Float64Array;
  /** In [-1, 1]; 0 for such a candidate. */
  readonly cosines: Float64Array;
}

/** The versioned functions of librerank_compute. */
export class FullRerank {
  /** Release, compiler and vector instructions in use, as in `rerank_compute 1.0.0; gcc 12.2.0; avx512`. */
  readonly buildInfo: string;
  readonly #level: string | undefined;
  readonly #scores: CFunction;
  readonly #workspaceBytes: CFunction;
  readonly #origin: StatusOrigin;
  /** For calls on the event loop, which never overlap. */
  readonly #workspace = new Workspace();

  /** @throws FaceError `not_ready` when the library's interface has another version. */
  constructor(library: SharedLibrary) {
    library.requireVersion('rerank_abi_version', abiVersion);
    this.buildInfo = library.get('rerank_build_info', 'str', [])() as string;
    this.#level = this.buildInfo.split('; ').at(-1);
    this.#workspaceBytes = library.get('rerank_workspace_bytes', 'int', [
      options.pointer,
      'int32_t',
      'int32_t',
      'uint64_t *',
    ]);
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
   * query), `overloaded`, `native_failed`; the reason of `signal`.
   */
  async score(call: RerankCall): Promise<RerankOutcome> {
    const prepared = prepare(call);
    const voting = call.voting && call.mode !== 'cosine';
    const size = { candidates: prepared.count, dimension: call.dimension, voting };
    if (!tooMuchForEventLoop(size, this.#level)) return this.#scoreHere(prepared);
    const status = await callSlots.run(call.signal, (workspace) =>
      callInThread(this.#scores, this.#arguments(prepared, workspace)),
    );
    requireSuccess(status, this.#origin);
    return prepared.outcome;
  }

  /** As {@link score}, on the event loop: for a handful of candidates only. */
  scoreHere(call: RerankCall): RerankOutcome {
    return this.#scoreHere(prepare(call));
  }

  #scoreHere(prepared: PreparedCall): RerankOutcome {
    requireSuccess(callHere(this.#scores, this.#arguments(prepared, this.#workspace)), this.#origin);
    return prepared.outcome;
  }

  /** Of rerank_scores(). What is wrong with an option comes out here already. */
  #arguments({ settings, inputs, count, outcome }: PreparedCall, workspace: Workspace): readonly unknown[] {
    const bytes = new BigUint64Array(1);
    requireSuccess(callHere(this.#workspaceBytes, [settings, 1, count, bytes]), this.#origin);
    const memory = workspace.take(Number(bytes[0]));
    const { query, candidates, subjects } = inputs;
    const options = { ...settings, workspace: memory, workspace_bytes: memory.length };
    return [options, query, candidates, count, subjects, outcome.scores, outcome.cosines, null];
  }
}

type PreparedCall = ReturnType<typeof prepare>;

/** Checks every length, since C code cannot. */
function prepare(call: RerankCall) {
  const { query, candidates, dimension, subjects } = call;
  requireSameType(query, candidates);
  if (countRows(query, dimension, 'The query') !== 1) throw new RangeError('The query must be one row.');
  const count = countRows(candidates, dimension, 'The candidates');
  if (subjects !== null && subjects.length !== count) {
    throw new RangeError(`There are ${subjects.length} subjects for ${count} candidates.`);
  }
  const outcome: RerankOutcome = { scores: new Float64Array(count), cosines: new Float64Array(count) };
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
    workspace: null,
    workspace_bytes: 0,
    pool: null,
  };
  return { settings, inputs: { query, candidates, subjects }, count, outcome };
}
