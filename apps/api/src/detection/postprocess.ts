import { FaceError } from '@face/errors';
import type { Landmarks, Point, Size } from '@face/image';
import type { Face } from './face.js';

const boxColumns = 5;
const landmarkColumns = 10;

/** Values of the detector's outputs for a batch, T faces in all. */
export interface DetectorValues {
  /** [T, 5] */
  readonly boxes: Float32Array;
  /** [T, 10] */
  readonly landmarks: Float32Array;
  /** [N] */
  readonly counts: readonly number[];
}

/**
 * Gives each image its faces, in the detector's order (falling confidence), boxes cut at the image's border.
 * @param sources sizes of the N images in pixels.
 * @throws FaceError `triton_failed` when the outputs do not tell of the same number of faces.
 */
export function facesByImage(model: string, values: DetectorValues, sources: readonly Size[]): Face[][] {
  const total = values.counts.reduce((sum, count) => sum + count, 0);
  const rows = [values.boxes.length / boxColumns, values.landmarks.length / landmarkColumns];
  if (rows.some((count) => count !== total)) {
    throw new FaceError(
      'triton_failed',
      `The model '${model}' counted ${total} faces, but gave ${rows[0]} boxes and ${rows[1]} sets of landmarks.`,
    );
  }
  let next = 0;
  return sources.map((source, image) =>
    Array.from({ length: values.counts[image] ?? 0 }, () => faceAt(values, next++, source)),
  );
}

function faceAt({ boxes, landmarks }: DetectorValues, row: number, { width, height }: Size): Face {
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0, confidence = 0] = boxes.subarray(
    row * boxColumns,
    (row + 1) * boxColumns,
  );
  const xmin = clamp(x1, 0, width);
  const ymin = clamp(y1, 0, height);
  return {
    box: [xmin, ymin, clamp(x2, xmin, width), clamp(y2, ymin, height)],
    confidence,
    landmarks: landmarksAt(landmarks, row * landmarkColumns),
  };
}

function landmarksAt(values: Float32Array, start: number): Landmarks {
  const point = (index: number): Point => [
    values[start + 2 * index] ?? 0,
    values[start + 2 * index + 1] ?? 0,
  ];
  return [point(0), point(1), point(2), point(3), point(4)];
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
