import { type PixelLibrary, pixelLibrary } from '@face/native';
import type { LandmarkSettings, LoadedPack } from '../packs/loaded-pack.js';
import type { FaceCandidate } from './face-candidate.js';
import { FaceDetector } from './face-detector.js';
import { FaceEmbedder } from './face-embedder.js';
import type { DetectedFaces, FacePipeline, ViewMerge } from './face-pipeline.js';
import { pictureOf } from './picture.js';
import { Points68Landmarks } from './points68.landmarks.js';

/**
 * Opens one session per model of the pack, each on one thread.
 * @param merge used only when the pack's flip merge is not `none`
 * @throws PackError naming file and field when a model has not the tensors that its kind must have
 * @throws FaceError `not_ready` when libface_pixels cannot be used
 */
export async function createPipeline(pack: LoadedPack, merge: ViewMerge): Promise<FacePipeline> {
  const pixels = pixelLibrary();
  const detector = await FaceDetector.open(pack.detector, pixels);
  const landmarks = await openLandmarks(pack.landmarks, pixels);
  const embedder = await FaceEmbedder.open(pack.embedder, pixels);

  return {
    async detect(image, height, width, scale, centre) {
      const { picture, toSource } = pictureOf(image, height, width, scale, centre);
      const faces: FaceCandidate[] = [];
      for (const face of await detector.find(picture)) {
        const points = landmarks === undefined ? face.points : await landmarks.find(picture, face.box);
        faces.push({ ...face, points });
      }
      return toSourcePixels(faces, toSource);
    },
    async embed(face) {
      const embedding = Float32Array.from(await embedder.embed(face, 'face'));
      return pack.contract.flipMerge === 'none'
        ? embedding
        : merge(embedding, await embedder.embed(face, 'mirror'));
    },
    async close() {
      await Promise.all([detector.close(), landmarks?.close(), embedder.close()]);
    },
  };
}

async function openLandmarks(
  settings: LandmarkSettings,
  pixels: PixelLibrary,
): Promise<Points68Landmarks | undefined> {
  return settings.kind === 'points68' ? Points68Landmarks.open(settings.model, pixels) : undefined;
}

function toSourcePixels(faces: readonly FaceCandidate[], [x, y]: readonly [number, number]): DetectedFaces {
  const boxes = new Float32Array(5 * faces.length);
  const landmarks = new Float32Array(10 * faces.length);
  faces.forEach(({ box, score, points }, index) => {
    boxes.set([box[0] * x, box[1] * y, box[2] * x, box[3] * y, score], 5 * index);
    landmarks.set(
      points.map((value, axis) => value * (axis % 2 === 0 ? x : y)),
      10 * index,
    );
  });
  return { boxes, landmarks };
}
