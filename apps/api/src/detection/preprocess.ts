import { FaceError } from '@face/errors';
import type { Letterboxed, Size } from '@face/image';
import { type InputTensor, type OutputSpec, writeNumbers } from '@face/triton';
import type { DetectionTensors } from './detection-tensors.js';

/** One image as the detector takes it. */
export interface DetectorImage {
  readonly letterboxed: Letterboxed;
  /** Pixels of the upright source image. */
  readonly source: Size;
}

/**
 * The three inputs for a batch of N images, each letterboxed into `frame`.
 * @throws FaceError `triton_misconfigured` when the model takes pictures of another size only.
 */
export function detectorInputs(
  { image, scale, centre }: DetectionTensors,
  frame: Size,
  batch: readonly DetectorImage[],
): InputTensor[] {
  const [, height = -1, width = -1] = image.shape;
  if ((height > 0 && height !== frame.height) || (width > 0 && width !== frame.width)) {
    throw new FaceError(
      'triton_misconfigured',
      `The detection model takes pictures of ${width} x ${height} pixels: set FACE_V3_DETECTION_INPUT_WIDTH and ` +
        'FACE_V3_DETECTION_INPUT_HEIGHT to that.',
    );
  }
  const scales = batch.flatMap(({ letterboxed }) => [letterboxed.scale, letterboxed.scale]);
  const centres = batch.flatMap(({ source }) => [source.height / 2, source.width / 2]);
  const count = batch.length;
  return [
    {
      name: image.name,
      datatype: image.datatype,
      shape: [count, frame.height, frame.width, 3],
      // Not joined: they are written to where they go, one after the other.
      data: batch.map(({ letterboxed }) => writeNumbers(image.datatype, letterboxed.data)),
    },
    {
      name: scale.name,
      datatype: scale.datatype,
      shape: [count, 2],
      data: writeNumbers(scale.datatype, scales),
    },
    {
      name: centre.name,
      datatype: centre.datatype,
      shape: [count, 2],
      data: writeNumbers(centre.datatype, centres),
    },
  ];
}

/** What a batch of N images has to give; how many faces is not known before. */
export function detectorOutputs({ boxes, landmarks, counts }: DetectionTensors, images: number) {
  return {
    boxes: { name: boxes.name, datatype: boxes.datatype, shape: [null, 5] },
    landmarks: { name: landmarks.name, datatype: landmarks.datatype, shape: [null, 10] },
    counts: { name: counts.name, datatype: counts.datatype, shape: [images, 1] },
  } satisfies Record<string, OutputSpec>;
}
