import { encodeCropPng } from '@face/image';
import type { CallContext } from '@face/triton';
import type { StageClock } from '../http/stage-clock.js';
import type { FoundImage } from './image-outcome.js';

/** The aligned faces of an image: BGR, 8 bit, 112 * 112 * 3 bytes each. */
export async function cutFaces(
  { source, faces }: FoundImage,
  clock: StageClock,
  { signal }: CallContext,
): Promise<Uint8Array[]> {
  if (faces.length === 0) return [];
  return clock.measure('align', () =>
    source.alignFaces(
      faces.map((face) => face.landmarks),
      signal,
    ),
  );
}

/** Aligned faces as answers carry them: base64 of PNG. */
export async function encodeFaces(crops: readonly Uint8Array[], clock: StageClock): Promise<string[]> {
  if (crops.length === 0) return [];
  const pictures = await clock.measure('encode', () => Promise.all(crops.map(encodeCropPng)));
  return pictures.map((picture) => picture.toString('base64'));
}
