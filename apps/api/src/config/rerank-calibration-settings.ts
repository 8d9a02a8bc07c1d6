import type { EnvironmentReader } from '@face/environment';

/** Parts of the rerank calibration that the operator sets; what is missing comes from the model. */
export interface RerankCalibrationOverride {
  readonly alpha?: number;
  readonly tau?: number;
  /** n_cal: number of impostors a genuine pair was weighted against when the logistic was fitted. */
  readonly galleryReference?: number;
}

export function readRerankCalibration(reader: EnvironmentReader): RerankCalibrationOverride {
  const alpha = reader.optionalNumber('FACE_V3_RERANK_ALPHA', { min: 0, max: 1000, exclusive: true });
  const tau = reader.optionalNumber('FACE_V3_RERANK_TAU', { min: -1, max: 1, exclusive: true });
  const galleryReference = reader.optionalNumber('FACE_V3_RERANK_N_CAL', { min: 1, max: 1e12 });
  return {
    ...(alpha === undefined ? {} : { alpha }),
    ...(tau === undefined ? {} : { tau }),
    ...(galleryReference === undefined ? {} : { galleryReference }),
  };
}
