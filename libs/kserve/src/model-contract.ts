/** How the two views of a face, the crop and its mirror image, become one embedding. */
export const flipMerges = ['none', 'mean', 'concat'] as const;
export type FlipMerge = (typeof flipMerges)[number];

/** The logistic that turns a cosine into P(same person): sigmoid(alpha (cosine - tau)). */
export interface RerankCalibration {
  readonly alpha: number;
  /** Cosine at which a match is as likely as not, in a collection of `galleryReference` vectors. */
  readonly tau: number;
  /** n_cal: number of impostors a genuine pair was weighted against when the logistic was fitted. */
  readonly galleryReference: number;
  /** False for weak models: candidates then do not vote for each other. */
  readonly voting: boolean;
  /** False when the values are the general ones because nobody fitted them for this model. */
  readonly calibrated: boolean;
}

/** What a client must know of an extraction model to keep and compare its vectors. */
export interface ModelContract {
  /** Hash of all that changes a vector: vectors with different ids must never be compared. Null: not told. */
  readonly contractId: string | null;
  readonly dimension: number;
  readonly flipMerge: FlipMerge | null;
  readonly calibration: RerankCalibration | null;
}

/** Used when a model brings no calibration, and by the legacy rerank symbol. */
export const defaultCalibration: RerankCalibration = {
  alpha: 30,
  tau: 0.42,
  galleryReference: 1000,
  voting: true,
  calibrated: false,
};

/** Keys of ModelConfig.parameters, the same in our model server and in a config.pbtxt of Triton. */
const keys = {
  contractId: 'face_contract_id',
  flipMerge: 'face_flip_merge',
  alpha: 'face_rerank_alpha',
  tau: 'face_rerank_tau',
  galleryReference: 'face_rerank_n_cal',
  voting: 'face_rerank_voting',
  calibrated: 'face_rerank_calibrated',
} as const;

/** Parameters that a server adds to the extraction model's ModelConfig. The dimension travels in the metadata. */
export function writeContractParameters(contract: ModelContract): Record<string, string> {
  const { contractId, flipMerge, calibration } = contract;
  return {
    ...(contractId === null ? {} : { [keys.contractId]: contractId }),
    ...(flipMerge === null ? {} : { [keys.flipMerge]: flipMerge }),
    ...(calibration === null
      ? {}
      : {
          [keys.alpha]: String(calibration.alpha),
          [keys.tau]: String(calibration.tau),
          [keys.galleryReference]: String(calibration.galleryReference),
          [keys.voting]: String(calibration.voting),
          [keys.calibrated]: String(calibration.calibrated),
        }),
  };
}

/**
 * Reads the parameters back.
 * @throws Error naming the parameter when one is present but not usable.
 */
export function readContractParameters(
  parameters: Readonly<Record<string, string>>,
  dimension: number,
): ModelContract {
  const flip = parameters[keys.flipMerge];
  if (flip !== undefined && !isFlipMerge(flip)) {
    throw new Error(`${keys.flipMerge} is '${flip}', expected one of ${flipMerges.join(', ')}`);
  }
  return {
    contractId: parameters[keys.contractId] ?? null,
    dimension,
    flipMerge: flip ?? null,
    calibration: readCalibration(parameters),
  };
}

function readCalibration(parameters: Readonly<Record<string, string>>): RerankCalibration | null {
  if (parameters[keys.alpha] === undefined && parameters[keys.tau] === undefined) return null;
  return {
    alpha: readNumber(parameters, keys.alpha, (value) => value > 0),
    tau: readNumber(parameters, keys.tau, (value) => value > -1 && value < 1),
    galleryReference:
      parameters[keys.galleryReference] === undefined
        ? defaultCalibration.galleryReference
        : readNumber(parameters, keys.galleryReference, (value) => value >= 1),
    voting: parameters[keys.voting] !== 'false',
    calibrated: parameters[keys.calibrated] !== 'false',
  };
}

function readNumber(
  parameters: Readonly<Record<string, string>>,
  key: string,
  fits: (value: number) => boolean,
): number {
  const text = parameters[key];
  const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || !fits(value)) {
    throw new Error(`${key} is ${text === undefined ? 'missing' : `'${text}', which is no usable value`}`);
  }
  return value;
}

function isFlipMerge(text: string): text is FlipMerge {
  return (flipMerges as readonly string[]).includes(text);
}
