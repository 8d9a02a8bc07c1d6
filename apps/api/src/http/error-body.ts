import { errorCodes, type ErrorCode } from '@face/errors';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class FieldErrorBody {
  @ApiProperty({ description: 'Place of the field in the request.', example: 'candidates[3].embedding' })
  readonly path!: string;

  @ApiProperty({ description: 'What to change.', example: 'must be an array of numbers or a base64 string' })
  readonly message!: string;
}

export class ImageReferenceBody {
  @ApiProperty({ description: 'Id of the image, as sent or as given by position.', example: 'image_2' })
  readonly id!: string;

  @ApiProperty({ description: 'Position in the request, from 0.', minimum: 0, example: 1, type: 'integer' })
  readonly index!: number;
}

/** Body of every answer that is not a success. */
export class ErrorBody {
  @ApiProperty({ description: 'A sentence for a person.', example: 'The request has no body.' })
  readonly detail!: string;

  @ApiProperty({
    description: 'Stable name of what went wrong.',
    enum: errorCodes,
    example: 'malformed_body',
  })
  readonly code!: ErrorCode;

  @ApiProperty({
    description: 'The X-Request-ID of the request: the same as in the header and in the log.',
    example: '5f0c7b2e-6c0e-4a57-9d1c-0f3d5a1f6b11',
  })
  readonly request_id!: string;

  @ApiPropertyOptional({
    description: 'With 422: each field that does not fit, at most 20 of them.',
    type: [FieldErrorBody],
  })
  readonly errors?: readonly FieldErrorBody[];

  @ApiPropertyOptional({ description: 'The image that the error is about.', type: ImageReferenceBody })
  readonly image?: ImageReferenceBody;
}
