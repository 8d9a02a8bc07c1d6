import { ApiProperty } from '@nestjs/swagger';
import { CalibrationAnswer } from '../calibration/calibration.answer.js';

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
