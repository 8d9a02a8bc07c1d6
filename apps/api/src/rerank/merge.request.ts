import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { encodingFormats, type EncodingFormat } from '../encoding/encode-embedding.js';
import { CheckedBy } from '../http/validation/checked-by.decorator.js';
import { checkSentEmbeddings, vectorSchema, type SentEmbedding } from './sent-embedding.js';
import { OptionalField } from '../http/optional-field.decorator.js';

export class MergeRequest {
  @ApiProperty({
    description: `Embeddings of one person, at most FACE_V3_MAX_CANDIDATES (1000). ${vectorSchema.description}`,
    type: 'array',
    minItems: 1,
    items: { oneOf: vectorSchema.oneOf },
  })
  @CheckedBy(checkSentEmbeddings)
  readonly embeddings!: readonly SentEmbedding[];

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
    description: 'Form of the template: numbers, or base64 of little-endian float32.',
    enum: encodingFormats,
    default: 'float',
  })
  @IsOptional()
  @IsIn(encodingFormats)
  readonly encoding_format?: EncodingFormat;
}
