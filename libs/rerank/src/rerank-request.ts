import type { EmbeddingRows, RerankMode } from '@face/native';

/** The logistic from cosine to P(same person), fitted for the embedding model. */
export interface ScoreCalibration {
  /** Slope, per unit of cosine. */
  readonly alpha: number;
  /** Cosine at which a match is as likely as not, in a collection of `galleryReference` vectors. */
  readonly tau: number;
  /** n_cal: impostors per genuine pair in the fit. */
  readonly galleryReference: number;
  /** False for weak models: candidates then do not vote for each other. */
  readonly voting: boolean;
}

/** One query against the candidates that a vector search returned. */
export interface RerankRequest {
  /** `dimension` numbers, finite and not all 0. */
  readonly query: EmbeddingRows;
  /** K rows of `dimension` numbers, one after the other. Must not change before the result is there. */
  readonly candidates: EmbeddingRows;
  readonly dimension: number;
  /** Acceptance threshold, a probability in [0, 1]; the formula clamps it to [.5, .95]. */
  readonly threshold: number;
  readonly calibration: ScoreCalibration;
  /** N: vectors in the searched collection; left out, it is the calibration's, which means no shift. */
  readonly gallerySize?: number | undefined;
  /** K names of persons, null where unknown. Candidates of the same name vote for each other, of different never. */
  readonly subjects?: readonly (string | null)[] | undefined;
  /** How votes are used: `max`, the default, never below the own cosine. */
  readonly mode?: RerankMode | undefined;
  /** Gives the request up while it waits for a thread. */
  readonly signal?: AbortSignal | undefined;
}

/** One value per candidate, in their order. */
export interface RerankScores {
  /** P(same person) in [0, 1]; 0 for a candidate with a non-finite number or only zeros. */
  readonly scores: Float64Array;
  /** Cosine to the query in [-1, 1]; 0 for such a candidate. */
  readonly cosines: Float64Array;
}
