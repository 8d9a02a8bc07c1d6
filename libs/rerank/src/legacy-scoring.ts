import { FaceError } from '@face/errors';
import { countRows, legacyDimension, type LegacyRerank } from '@face/native';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { cosineToRow, unitVector } from './cosine.js';
import type { RerankRequest, RerankScores } from './rerank-request.js';

/** Rows that are looked at in one turn of the event loop, in about a quarter of a millisecond. */
const rowsPerTurn = 64;

/** @throws FaceError `not_ready` when the original function, which has a fixed dimension, cannot take the vectors. */
export function requireLegacyDimension(library: string, dimension: number): void {
  if (dimension === legacyDimension) return;
  throw new FaceError(
    'not_ready',
    `${library} has only the original rerank function, for embeddings of ${legacyDimension} numbers; ` +
      `the model's have ${dimension}.`,
  );
}

/**
 * Scores with the original function alone. It has its own calibration and knows neither subjects nor gallery sizes,
 * so those of the request have no effect. Cosines are computed here, and candidates without direction are kept from
 * an owner's library, which may not expect them.
 * @throws FaceError as {@link LegacyRerank.score}; `non_finite_number` and `zero_embedding` of the query.
 */
export async function scoreWithLegacy(legacy: LegacyRerank, request: RerankRequest): Promise<RerankScores> {
  countRows(request.query, request.dimension, 'The query');
  const count = countRows(request.candidates, request.dimension, 'The candidates');
  const query = new Float64Array(request.query);
  const unit = unitVector(query);
  if (unit === null) throw unusableQuery(query);

  const outcome = { scores: new Float64Array(count), cosines: new Float64Array(count) };
  const packed = new Float64Array(count * legacyDimension);
  const usable: number[] = [];
  for (let row = 0; row < count; row += 1) {
    if (row % rowsPerTurn === rowsPerTurn - 1) await nextTurn();
    const place = usable.length;
    const start = row * legacyDimension;
    packed.set(request.candidates.subarray(start, start + legacyDimension), place * legacyDimension);
    const cosine = cosineToRow(unit, packed, place);
    // The next row takes the place of one without direction.
    if (cosine === null) continue;
    outcome.cosines[row] = cosine;
    usable.push(row);
  }
  if (usable.length === 0) return outcome;
  const candidates = packed.subarray(0, usable.length * legacyDimension);
  const scores = await legacy.score(query, candidates, request.threshold, request.signal);
  for (const [index, row] of usable.entries()) outcome.scores[row] = scores[index] ?? 0;
  return outcome;
}

function unusableQuery(query: Float64Array): FaceError {
  return query.every(Number.isFinite)
    ? new FaceError('zero_embedding', 'The query is all zeros, so it has no direction.')
    : new FaceError('non_finite_number', 'The query holds a number that is not finite.');
}
