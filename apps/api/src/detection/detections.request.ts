import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsInt, IsNumber, IsOptional, Max, Min } from 'class-validator';
import { CheckedBy } from '../http/validation/checked-by.decorator.js';
import { listOf } from '../http/validation/list-of.js';
import { OptionalField } from '../http/optional-field.decorator.js';

/** What an image that cannot be used does to the others of its request. */
export const errorModes = ['fail', 'partial'] as const;
export type ErrorMode = (typeof errorModes)[number];

/** A tiny grey picture without a face, so that examples work when they are pasted. */
export const examplePicture =
  'iVBORw0KGgoAAAANSUhEUgAAABgAAAAYAQMAAADaua+7AAAAA1BMVEV4jKC8eHCdAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAADElEQVQI12NgoC0AAABgAAE3kBd4AAAAAElFTkSuQmCC';

export class ImageBody {
  @OptionalField({
    description: 'Given back as `image_id`. Default: `image_` and the position of the image, from 1.',
    example: 'passport',
  })
  readonly id?: string;

  @ApiProperty({
    description:
      'One photo as base64 or data URI: JPEG, PNG, WebP, GIF (first frame), TIFF, AVIF or BMP. The content decides, not ' +
      'the media type. At most FACE_V3_MAX_IMAGE_BYTES (10 MiB) and FACE_V3_MAX_IMAGE_PIXELS (50 million).',
    type: String,
    format: 'byte',
    example: examplePicture,
  })
  readonly data!: string | Uint8Array;
}

/** Photos and which of their faces are wanted. */
export class DetectionsRequest {
  @ApiProperty({
    description: 'At least one photo, at most FACE_V3_MAX_BATCH_SIZE (8).',
    type: [ImageBody],
    minItems: 1,
  })
  @CheckedBy(
    listOf({
      id: { required: false, fits: (value) => typeof value === 'string', message: 'must be a string' },
      data: {
        required: true,
        fits: (value) => typeof value === 'string' || value instanceof Uint8Array,
        message: 'must be a base64 string or a data URI',
      },
    }),
  )
  readonly images!: readonly ImageBody[];

  @OptionalField({
    description:
      'Add each face as it is embedded: a PNG of 112x112 pixels, turned and scaled. Default: FACE_V3_RETURN_ALIGNED (false).',
    example: false,
  })
  @IsOptional()
  @IsBoolean()
  readonly return_aligned_faces?: boolean;

  @OptionalField({
    description: 'At most so many faces of each image: the largest, in their order. Default: all.',
    type: 'integer',
    minimum: 1,
    example: 10,
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  readonly max_faces?: number;

  @OptionalField({
    description:
      "Only faces with at least this confidence. Default: 0, which keeps all that the detector's own threshold lets through.",
    minimum: 0,
    maximum: 1,
    example: 0.8,
  })
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(1)
  readonly min_confidence?: number;

  @OptionalField({
    description: 'Only faces whose box is at least so many pixels long on its shorter side. Default: 0.',
    minimum: 0,
    example: 32,
  })
  @IsOptional()
  @IsNumber()
  @Min(0)
  readonly min_face_size?: number;

  @OptionalField({
    description:
      'When an image cannot be used: `fail` refuses the request and names the image, `partial` answers the others and ' +
      'gives that image an `error`.',
    enum: errorModes,
    default: 'fail',
  })
  @IsOptional()
  @IsIn(errorModes)
  readonly on_error?: ErrorMode;
}
