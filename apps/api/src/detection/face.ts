import type { Landmarks } from '@face/image';

/** A face in pixels of the upright source image, origin top left. */
export interface Face {
  /** xmin, ymin, xmax, ymax, within the image. */
  readonly box: readonly [number, number, number, number];
  /** Score of the detector, in [0, 1]. */
  readonly confidence: number;
  /** Eyes, nose, mouth corners, each left one of the picture first; may lie outside the image. */
  readonly landmarks: Landmarks;
}

/** Area of the box in px^2. */
export function faceSize({ box: [xmin, ymin, xmax, ymax] }: Pick<Face, 'box'>): number {
  return (xmax - xmin) * (ymax - ymin);
}

/** Shorter side of the box in pixels. */
export function shorterSide({ box: [xmin, ymin, xmax, ymax] }: Pick<Face, 'box'>): number {
  return Math.min(xmax - xmin, ymax - ymin);
}
