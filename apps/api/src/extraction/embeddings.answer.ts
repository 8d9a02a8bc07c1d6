import { ApiProperty } from '@nestjs/swagger';
import { FaceBody, ImageResult, TimingsBody } from '../detection/detections.answer.js';

export class EmbeddedFaceBody extends FaceBody {
  @ApiProperty({
    description:
      'As many numbers as the model has dimensions, of unit length unless normalization was skipped; or base64 of them ' +
      'as little-endian float32. Compare embeddings of one contract id only, by cosine.',
    oneOf: [
      { type: 'array', items: { type: 'number', format: 'float' } },
      { type: 'string', format: 'byte' },
    ],
    example: [0.0345, -0.0127, 0.0809],
  })
  readonly embedding!: readonly number[] | string;
}

export class EmbeddingResult extends ImageResult {
  @ApiProperty({ description: "By falling confidence, in the model's order.", type: [EmbeddedFaceBody] })
  readonly faces!: readonly EmbeddedFaceBody[];
}

export class EmbeddingModelBody {
  @ApiProperty({
    description: 'Changes with all that changes a vector; null when Triton does not tell it.',
    type: String,
    nullable: true,
    example: '7fdcf6b1a266f9b64986c49ebefb05e1',
  })
  readonly contract_id!: string | null;

  @ApiProperty({ description: 'Numbers of an embedding.', type: 'integer', minimum: 1, example: 512 })
  readonly dimension!: number;
}

export class EmbeddingsAnswer {
  @ApiProperty({
    description: 'One result for each image, in the order of the request.',
    type: [EmbeddingResult],
  })
  readonly results!: readonly EmbeddingResult[];

  @ApiProperty({ description: 'How long it took.', type: TimingsBody })
  readonly timings_ms!: TimingsBody;

  @ApiProperty({ description: 'Whether embeddings have unit length.', example: true })
  readonly normalized_embeddings!: boolean;

  @ApiProperty({ description: 'Whether faces have an `aligned_face`.', example: false })
  readonly included_aligned_faces!: boolean;

  @ApiProperty({ description: 'The model that made the embeddings.', type: EmbeddingModelBody })
  readonly model!: EmbeddingModelBody;
}
