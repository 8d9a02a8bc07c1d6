import type { ModelContract, RerankCalibration } from '@face/kserve';
import type { MergedTemplate, RerankScores } from '@face/rerank';
import { calibrationAnswer } from '../calibration/calibration.answer.js';
import { encodeEmbedding, type EncodingFormat } from '../encoding/encode-embedding.js';
import type { MergeAnswer } from './merge.answer.js';
import type { EmbeddingValues } from './body/embedding-row.js';
import type { RerankAnswer } from './rerank.answer.js';
import type { RerankCandidate } from './rerank.request.js';

/** `start` as of performance.now(); no calibration when the library keeps its own to itself. */
export function rerankAnswer(
  candidates: readonly RerankCandidate[],
  { scores, cosines }: RerankScores,
  {
    threshold,
    calibration,
    start,
  }: { threshold: number; calibration: RerankCalibration | null; start: number },
): RerankAnswer {
  return {
    scores: candidates.map(({ id }, index) => {
      const score = at(scores, index);
      return { id, score, cosine: at(cosines, index), accepted: score >= threshold };
    }),
    threshold_applied: threshold,
    candidate_count: candidates.length,
    calibration: calibration === null ? null : calibrationAnswer(calibration),
    timings_ms: { total_ms: since(start) },
  };
}

export function mergeAnswer(
  { embedding, members }: MergedTemplate<EmbeddingValues>,
  { contractId, dimension }: ModelContract,
  { format, start }: { format: EncodingFormat; start: number },
): MergeAnswer {
  const template = embedding instanceof Float32Array ? embedding : Float32Array.from(embedding);
  return {
    embedding: encodeEmbedding(template, format),
    members,
    model: { contract_id: contractId, dimension },
    timings_ms: { total_ms: since(start) },
  };
}

function at(values: Float64Array, index: number): number {
  const value = values[index];
  if (value === undefined)
    throw new Error(`The library gave ${values.length} values, one at ${index} is missing.`);
  return value;
}

/** Milliseconds, to the microsecond. */
function since(start: number): number {
  return Math.round((performance.now() - start) * 1000) / 1000;
}
