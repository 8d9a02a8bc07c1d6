import { type ErrorCode, errorCodes } from '@face/errors';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class FaceBody {
  @ApiProperty({
    description: 'Box [xmin, ymin, xmax, ymax] in pixels of the upright image, within the image.',
    type: [Number],
    minItems: 4,
    maxItems: 4,
    example: [291.4, 75.2, 366.9, 178.6],
  })
  readonly bbox!: readonly number[];

  @ApiProperty({ description: 'Score of the detector.', minimum: 0, maximum: 1, example: 0.9987 })
  readonly confidence!: number;

  @ApiProperty({
    description:
      'Five points [x, y] in pixels of the upright image: eyes, nose, mouth corners, the left one of the picture first. ' +
      'They may lie outside the image.',
    type: 'array',
    items: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 },
    minItems: 5,
    maxItems: 5,
    example: [
      [311.5, 114.8],
      [346.2, 113.9],
      [329.4, 134.1],
      [315, 154.6],
      [344.7, 153.8],
    ],
  })
  readonly landmarks!: readonly (readonly number[])[];

  @ApiProperty({ description: 'Area of the box in px^2.', minimum: 0, example: 7806.7 })
  readonly face_size!: number;

  @ApiProperty({
    description: 'The aligned face as base64 of a PNG of 112x112 pixels; null when it was not asked for.',
    type: String,
    nullable: true,
    format: 'byte',
    example: null,
  })
  readonly aligned_face!: string | null;
}

export class ImageErrorBody {
  @ApiProperty({ description: 'Stable name of what is wrong.', enum: errorCodes, example: 'invalid_image' })
  readonly code!: ErrorCode;

  @ApiProperty({
    description: 'A sentence for a person.',
    example: "Image 'passport' at index 0: The image is empty.",
  })
  readonly detail!: string;
}

/** What every result of an image has beside its faces. */
export abstract class ImageResult {
  @ApiProperty({ description: 'Id of the image, as sent or by position.', example: 'image_1' })
  readonly image_id!: string;

  @ApiProperty({ description: 'Number of faces of this result.', type: 'integer', minimum: 0, example: 1 })
  readonly num_faces!: number;

  @ApiPropertyOptional({
    description: 'Only with `on_error: "partial"`: why this image was not used.',
    type: ImageErrorBody,
  })
  readonly error?: ImageErrorBody;
}

export class DetectionResult extends ImageResult {
  @ApiProperty({ description: "By falling confidence, in the model's order.", type: [FaceBody] })
  readonly faces!: readonly FaceBody[];
}

/** Stages overlap when a request has many images, so their times may add up to more than the total. */
export class TimingsBody {
  @ApiProperty({ description: 'Decoding and resizing the images, in ms.', minimum: 0, example: 9.8 })
  readonly decode_ms!: number;

  @ApiProperty({ description: 'Cutting out the faces, in ms.', minimum: 0, example: 1.1 })
  readonly align_ms!: number;

  @ApiProperty({ description: 'Waiting for the models, in ms.', minimum: 0, example: 14.2 })
  readonly inference_ms!: number;

  @ApiProperty({ description: 'Writing embeddings and aligned faces, in ms.', minimum: 0, example: 0.2 })
  readonly encode_ms!: number;

  @ApiProperty({
    description: 'The request without reading and writing its bodies, in ms.',
    minimum: 0,
    example: 25.4,
  })
  readonly total_ms!: number;
}

export class DetectionsAnswer {
  @ApiProperty({
    description: 'One result for each image, in the order of the request.',
    type: [DetectionResult],
  })
  readonly results!: readonly DetectionResult[];

  @ApiProperty({ description: 'How long it took.', type: TimingsBody })
  readonly timings_ms!: TimingsBody;

  @ApiProperty({ description: 'Whether faces have an `aligned_face`.', example: false })
  readonly included_aligned_faces!: boolean;
}
