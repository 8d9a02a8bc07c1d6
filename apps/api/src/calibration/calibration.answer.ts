import type { RerankCalibration } from '@face/kserve';
import { ApiProperty } from '@nestjs/swagger';

/** The logistic that turned cosines into probabilities: sigmoid(alpha (x - tau) - ln(N / n_cal)). */
export class CalibrationAnswer {
  @ApiProperty({ description: 'Slope, per unit of cosine.', example: 25 })
  readonly alpha!: number;

  @ApiProperty({ description: 'Cosine at which a match is as likely as not, in (-1, 1).', example: 0.426 })
  readonly tau!: number;

  @ApiProperty({ description: 'Impostors per genuine pair in the fit.', minimum: 1, example: 1000 })
  readonly n_cal!: number;

  @ApiProperty({ description: 'Whether candidates support each other.', example: true })
  readonly voting!: boolean;

  @ApiProperty({ description: 'False when nobody fitted these values for this model.', example: true })
  readonly calibrated!: boolean;
}

export function calibrationAnswer({
  alpha,
  tau,
  galleryReference,
  voting,
  calibrated,
}: RerankCalibration): CalibrationAnswer {
  return { alpha, tau, n_cal: galleryReference, voting, calibrated };
}
