import { types } from 'node:util';
import { FaceError } from '@face/errors';
import { countRows } from './embedding-rows.js';
import { callSlots } from './call-slots.js';
import { callHere, callInThread } from './native-call.js';
import { requireLegacySuccess } from './native-status.js';
import { tooMuchForEventLoop } from './rerank-work.js';
import type { CFunction, SharedLibrary } from './shared-library.js';

/** Numbers in a row of the original function, which has no parameter for it. */
export const legacyDimension = 1024;

/** The original function of librerank_compute, the only one in a library that an owner brought along. */
export class LegacyRerank {
  readonly #compute: CFunction;
  readonly #library: string;

  /** @throws FaceError `not_ready` when the library does not have the function. */
  constructor(library: SharedLibrary) {
    this.#compute = library.get('compute_rerank_scores_from_embeddings', 'int', [
      'double *',
      'double *',
      'int',
      'double',
      'double *',
    ]);
    this.#library = library.name;
  }

  /**
   * Off the event loop when comparing all candidates with each other would take longer than about half a millisecond.
   * @param query      1024 finite numbers, not all 0.
   * @param candidates K rows of 1024 of that kind. Must not change before the result is there.
   * @param threshold  acceptance threshold, a probability.
   * @param signal     gives the call up while it waits for its turn.
   * @returns K scores in [0, 1].
   * @throws FaceError `wrong_dimension`, `too_many_candidates`, `overloaded`; `native_failed` also when a score is no
   * number in [0, 1]; the reason of `signal`.
   */
  async score(
    query: Float64Array,
    candidates: Float64Array,
    threshold: number,
    signal?: AbortSignal,
  ): Promise<Float64Array> {
    const { scores, values } = prepare(query, candidates, threshold);
    const size = { candidates: scores.length, dimension: legacyDimension, voting: true };
    const status = tooMuchForEventLoop(size, undefined)
      ? await callSlots.run(signal, () => callInThread(this.#compute, values))
      : callHere(this.#compute, values);
    return this.#checked(status, scores);
  }

  /** As {@link score}, on the event loop: for a handful of candidates only. */
  scoreHere(query: Float64Array, candidates: Float64Array, threshold: number): Float64Array {
    const { scores, values } = prepare(query, candidates, threshold);
    return this.#checked(callHere(this.#compute, values), scores);
  }

  #checked(status: number, scores: Float64Array): Float64Array {
    requireLegacySuccess(status, this.#library);
    if (!scores.every((score) => score >= 0 && score <= 1)) {
      throw new FaceError('native_failed', `${this.#library} returned a score outside [0, 1].`);
    }
    return scores;
  }
}

/** Checks every length, since C code cannot, and lays out the arguments. */
function prepare(query: Float64Array, candidates: Float64Array, threshold: number) {
  if (!types.isFloat64Array(query) || !types.isFloat64Array(candidates)) {
    throw new TypeError('The original rerank function takes Float64Arrays.');
  }
  if (countRows(query, legacyDimension, 'The query') !== 1)
    throw new RangeError('The query must be one row.');
  const count = countRows(candidates, legacyDimension, 'The candidates');
  const scores = new Float64Array(count).fill(Number.NaN);
  return { scores, values: [query, candidates, count, threshold, scores] };
}
