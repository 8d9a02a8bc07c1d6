import { ApiProperty } from '@nestjs/swagger';

export class CandidateScore {
  @ApiProperty({ description: 'Id of the candidate.', example: 'photo-4711' })
  readonly id!: string;

  @ApiProperty({
    description: 'Probability that the candidate shows the person of the query, in [0, 1].',
    minimum: 0,
    maximum: 1,
    example: 0.973,
  })
  readonly score!: number;

  @ApiProperty({
    description: 'Cosine of the candidate and the query, in [-1, 1]; 0 for an embedding without direction.',
    minimum: -1,
    maximum: 1,
    example: 0.571,
  })
  readonly cosine!: number;

  @ApiProperty({ description: 'score >= threshold_applied.', example: true })
  readonly accepted!: boolean;
}

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

export class RerankTimings {
  @ApiProperty({ description: 'Milliseconds from the parsed body to the answer.', minimum: 0, example: 1.9 })
  readonly total_ms!: number;
}

export class RerankAnswer {
  @ApiProperty({ description: 'One for each candidate, in their order.', type: [CandidateScore] })
  readonly scores!: readonly CandidateScore[];

  @ApiProperty({ description: 'The threshold as asked, in [0, 1].', minimum: 0, maximum: 1, example: 0.9 })
  readonly threshold_applied!: number;

  @ApiProperty({ description: 'Number of candidates.', type: 'integer', minimum: 1, example: 2 })
  readonly candidate_count!: number;

  @ApiProperty({
    description:
      'What the scores were made with; null with a library that has only the original rerank function, where ' +
      '`subject` and `gallery_size` have no effect.',
    type: CalibrationAnswer,
    nullable: true,
  })
  readonly calibration!: CalibrationAnswer | null;

  @ApiProperty({ type: RerankTimings, description: 'How long it took.' })
  readonly timings_ms!: RerankTimings;
}
