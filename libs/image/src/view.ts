import { arcfaceTemplate, eyeDistance, similarityTransform, templateEyeDistance } from './alignment.js';
import type { Landmarks, Point } from './alignment.js';
import type { Pixels, Region } from './pixels.js';
import type { Size } from './size.js';
import { warpFace } from './warp-face.js';

/** A picture, or a part of it, decoded at some resolution. */
export interface View {
  readonly pixels: Pixels;
  /** Pixels of the view per pixel of the picture, across and down. */
  readonly scale: Point;
  /** The view's top left corner in the view's pixels. */
  readonly offset: Point;
}

export function wholeView(pixels: Pixels, picture: Size): View {
  return { pixels, scale: [pixels.width / picture.width, pixels.height / picture.height], offset: [0, 0] };
}

export function regionView(pixels: Pixels, { left, top }: Region): View {
  return { pixels, scale: [1, 1], offset: [left, top] };
}

/** Below this distance of the eyes, in pixels, a reduced view would cost a crop its detail: twice the template's. */
export const leastEyeDistance = 2 * templateEyeDistance;

/** Whether a crop from this view is as good as one from the full resolution. */
export function showsEnoughOf({ scale }: View, landmarks: Landmarks): boolean {
  return Math.min(...scale) >= 1 || eyeDistance(landmarks) * Math.min(...scale) >= leastEyeDistance;
}

/**
 * The aligned face, BGR, 112 * 112 * 3 bytes.
 * @param landmarks in pixels of the whole picture in full resolution
 */
export function alignFace({ pixels, scale, offset }: View, landmarks: Landmarks): Uint8Array {
  const inView = landmarks.map(([x, y]): Point => [
    (x + 0.5) * scale[0] - 0.5 - offset[0],
    (y + 0.5) * scale[1] - 0.5 - offset[1],
  ]);
  return warpFace(pixels, similarityTransform(inView, arcfaceTemplate));
}
