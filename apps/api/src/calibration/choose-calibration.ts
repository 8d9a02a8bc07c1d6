import { defaultCalibration, type RerankCalibration } from '@face/kserve';
import type { RerankCalibrationOverride } from '../config/rerank-calibration-settings.js';

/**
 * Settings over what the model tells over the general values. Alpha and tau that the operator sets both are a
 * fit; one of them alone leaves the calibration what it was.
 */
export function chooseCalibration(
  settings: RerankCalibrationOverride,
  model: RerankCalibration | null,
): RerankCalibration {
  const base = model ?? defaultCalibration;
  const fitted = settings.alpha !== undefined && settings.tau !== undefined;
  return { ...base, ...settings, calibrated: fitted || base.calibrated };
}
