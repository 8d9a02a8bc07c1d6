import { type FlipMerge, flipMerges } from '@face/kserve';
import { ApiProperty } from '@nestjs/swagger';
import { CalibrationAnswer } from '../calibration/calibration.answer.js';

export class LimitsBody {
  @ApiProperty({ description: 'Images of a request.', type: 'integer', minimum: 1, example: 8 })
  readonly max_images!: number;

  @ApiProperty({ description: 'Bytes of one image file.', type: 'integer', minimum: 1, example: 10_485_760 })
  readonly max_image_bytes!: number;

  @ApiProperty({
    description: 'Width times height of one image.',
    type: 'integer',
    minimum: 1,
    example: 50_000_000,
  })
  readonly max_image_pixels!: number;

  @ApiProperty({
    description: 'Candidates of a rerank request, embeddings of a merge request.',
    type: 'integer',
    minimum: 1,
    example: 1000,
  })
  readonly max_candidates!: number;

  @ApiProperty({ description: 'Bytes of a whole body.', type: 'integer', minimum: 1, example: 111_921_856 })
  readonly max_body_bytes!: number;

  @ApiProperty({ description: 'Seconds after which a request is answered 504.', minimum: 0, example: 30 })
  readonly request_timeout_seconds!: number;
}

export class ModelAnswer {
  @ApiProperty({
    description:
      'Changes with all that changes a vector: keep it beside an index, and never compare embeddings of different ids. ' +
      'Null when Triton does not tell it.',
    type: String,
    nullable: true,
    example: '7fdcf6b1a266f9b64986c49ebefb05e1',
  })
  readonly contract_id!: string | null;

  @ApiProperty({ description: 'Numbers of an embedding.', type: 'integer', minimum: 1, example: 512 })
  readonly dimension!: number;

  @ApiProperty({
    description:
      'How a face and its mirror image become one embedding: `none` (only the face is used), `mean`, or `concat`, which ' +
      'doubles the dimension. Null when Triton does not tell it.',
    enum: flipMerges,
    type: String,
    nullable: true,
    example: 'none',
  })
  readonly flip_merge!: FlipMerge | null;

  @ApiProperty({
    description: 'What /rerank turns cosines into probabilities with.',
    type: CalibrationAnswer,
  })
  readonly calibration!: CalibrationAnswer;

  @ApiProperty({ description: 'What a request may hold.', type: LimitsBody })
  readonly limits!: LimitsBody;
}
