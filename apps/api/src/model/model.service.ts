import { type CallContext, ModelCatalog } from '@face/triton';
import { Injectable } from '@nestjs/common';
import { calibrationAnswer } from '../calibration/calibration.answer.js';
import { chooseCalibration } from '../calibration/choose-calibration.js';
import { Settings } from '../config/settings.js';
import { bodyLimits } from '../http/body/body-limits.js';
import type { LimitsBody, ModelAnswer } from './model.answer.js';

/** `/model`: what one needs to set up an index before the first photo. */
@Injectable()
export class ModelService {
  constructor(
    private readonly settings: Settings,
    private readonly catalog: ModelCatalog,
  ) {}

  async describe(context: CallContext): Promise<ModelAnswer> {
    const { contractId, dimension, flipMerge, calibration } = await this.catalog.contract(context);
    return {
      contract_id: contractId,
      dimension,
      flip_merge: flipMerge,
      calibration: calibrationAnswer(chooseCalibration(this.settings.rerankCalibration, calibration)),
      limits: this.limits(),
    };
  }

  private limits(): LimitsBody {
    const { maxBatchSize, maxImageBytes, maxImagePixels, maxCandidates, requestTimeoutSeconds } =
      this.settings;
    return {
      max_images: maxBatchSize,
      max_image_bytes: maxImageBytes,
      max_image_pixels: maxImagePixels,
      max_candidates: maxCandidates,
      max_body_bytes: bodyLimits(this.settings).bodyBytes,
      request_timeout_seconds: requestTimeoutSeconds,
    };
  }
}
