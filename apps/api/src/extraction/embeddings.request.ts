import { IsBoolean, IsIn, IsOptional } from 'class-validator';
import { DetectionsRequest } from '../detection/detections.request.js';
import { type EncodingFormat, encodingFormats } from '../encoding/encode-embedding.js';
import { OptionalField } from '../http/optional-field.decorator.js';

export class EmbeddingsRequest extends DetectionsRequest {
  @OptionalField({
    description:
      'Give embeddings as the model made them instead of at unit length. Default: FACE_V3_SKIP_EMBEDDING_NORMALIZATION (false).',
    example: false,
  })
  @IsOptional()
  @IsBoolean()
  readonly skip_embedding_normalization?: boolean;

  @OptionalField({
    description:
      'Form of the embeddings: numbers, or base64 of little-endian float32, which is a quarter as large.',
    enum: encodingFormats,
    default: 'float',
  })
  @IsOptional()
  @IsIn(encodingFormats)
  readonly encoding_format?: EncodingFormat;
}
