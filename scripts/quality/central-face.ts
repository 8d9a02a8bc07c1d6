import type { ApiFace } from '../measure/api-client.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** A face smaller than this share of the largest one is somebody in the background. */
const backgroundShare = 0.5;

/** The face that a portrait is about: of those that are not in the background, the one nearest to the centre. */
export function centralFace(faces: readonly ApiFace[], { width, height }: Size): ApiFace | undefined {
  const largest = Math.max(...faces.map(shorterSide));
  const inFront = faces.filter((face) => shorterSide(face) >= backgroundShare * largest);
  const distance = ({ bbox: [left, top, right, bottom] }: ApiFace) =>
    Math.hypot((left + right - width) / 2, (top + bottom - height) / 2);
  return inFront.sort((a, b) => distance(a) - distance(b))[0];
}

function shorterSide({ bbox: [left, top, right, bottom] }: ApiFace): number {
  return Math.min(right - left, bottom - top);
}
