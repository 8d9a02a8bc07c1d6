import { shortestFloat32 } from '../encoding/shortest-float32.js';
import type { FaceBody } from './detections.answer.js';
import { type Face, faceSize } from './face.js';

/** A face as answers tell it. The area is that of the box as it is written. */
export function faceBody(face: Face, alignedFace: string | undefined): FaceBody {
  const [xmin, ymin, xmax, ymax] = face.box.map(shortestFloat32) as [number, number, number, number];
  return {
    bbox: [xmin, ymin, xmax, ymax],
    confidence: shortestFloat32(face.confidence),
    landmarks: face.landmarks.map(([x, y]) => [shortestFloat32(x), shortestFloat32(y)]),
    face_size: faceSize({ box: [xmin, ymin, xmax, ymax] }),
    aligned_face: alignedFace ?? null,
  };
}
