import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsInt, IsNumber, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { encodingFormats, type EncodingFormat } from '../encoding/encode-embedding.js';
import { CheckedBy } from '../http/validation/checked-by.decorator.js';
import { listOf } from '../http/validation/list-of.js';
import { checkSentEmbedding, embeddingField, type SentEmbedding, vectorSchema } from './sent-embedding.js';
import { OptionalField } from '../http/optional-field.decorator.js';

const text = (value: unknown) => typeof value === 'string';

/** One vector that a search returned. */
export class RerankCandidate {
  @ApiProperty({ description: 'Id of the candidate, given back with its score.', example: 'photo-4711' })
  readonly id!: string;

  @ApiProperty({ ...vectorSchema, description: `Embedding of the candidate. ${vectorSchema.description}` })
  readonly embedding!: SentEmbedding;

  @OptionalField({
    description:
      'Person that the candidate is known to be: candidates of one person support each other, those of different persons never do.',
    example: 'person-42',
  })
  readonly subject?: string;
}

export class RerankRequest {
  @ApiProperty({
    ...vectorSchema,
    description: `Embedding of the searched face. ${vectorSchema.description}`,
  })
  @CheckedBy(checkSentEmbedding)
  readonly query_embedding!: SentEmbedding;

  @ApiProperty({
    description: 'What the vector search returned, at most FACE_V3_MAX_CANDIDATES (1000).',
    type: [RerankCandidate],
    minItems: 1,
  })
  @CheckedBy(
    listOf({
      id: { required: true, fits: text, message: 'must be a string' },
      embedding: embeddingField,
      subject: { required: false, fits: text, message: 'must be a string' },
    }),
  )
  readonly candidates!: readonly RerankCandidate[];

  @OptionalField({
    description: 'Score from which a candidate is accepted. Default: FACE_V3_RERANK_THRESHOLD (0.5).',
    minimum: 0,
    maximum: 1,
    example: 0.9,
  })
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(1)
  readonly threshold?: number;

  @OptionalField({
    description:
      'Number of vectors in the searched collection, not of candidates: a larger one holds more strangers who look alike, so scores fall. Default: the n_cal of the calibration, which shifts nothing.',
    type: 'integer',
    minimum: 1,
    maximum: 1e12,
    example: 100_000,
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1e12)
  readonly gallery_size?: number;

  @OptionalField({
    description:
      'Contract id of the model that made the embeddings, from /embeddings or /model: another one than the model of this server is refused.',
    maxLength: 256,
    example: '7fdcf6b1a266f9b64986c49ebefb05e1',
  })
  @IsOptional()
  @IsString()
  @MaxLength(256)
  readonly contract_id?: string;

  @OptionalField({
    description:
      'As on the other endpoints; this one gives no vectors out. What comes in may be of either form.',
    enum: encodingFormats,
    default: 'float',
  })
  @IsOptional()
  @IsIn(encodingFormats)
  readonly encoding_format?: EncodingFormat;
}
