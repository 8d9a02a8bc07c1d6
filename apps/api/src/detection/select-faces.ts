import { type Face, faceSize, shorterSide } from './face.js';

/** Which faces of an image a caller wants. */
export interface FaceSelection {
  /** The largest ones, by area. */
  readonly max_faces?: number;
  /** In [0, 1]; a face of exactly this confidence is kept. */
  readonly min_confidence?: number;
  /** Pixels of the box's shorter side. */
  readonly min_face_size?: number;
}

/** The wanted faces of one image, in their order. */
export function selectFaces(faces: readonly Face[], selection: FaceSelection): Face[] {
  const { max_faces = Infinity, min_confidence = 0, min_face_size = 0 } = selection;
  const wanted = faces.filter(
    (face) => face.confidence >= min_confidence && shorterSide(face) >= min_face_size,
  );
  if (wanted.length <= max_faces) return wanted;
  const largest = new Set([...wanted].sort((a, b) => faceSize(b) - faceSize(a)).slice(0, max_faces));
  return wanted.filter((face) => largest.has(face));
}
