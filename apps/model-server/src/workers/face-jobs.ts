import type { LoadedPack } from '../packs/loaded-pack.js';
import type { DetectedFaces } from '../pipelines/face-pipeline.js';
import type { FileBytes } from './file-bytes.js';

/** Pixels that came with the job, or that the worker reads itself. */
export type JobBytes = Uint8Array<ArrayBuffer> | FileBytes;

/** Find the faces of one picture. Arguments of `FacePipeline.detect`. */
export interface DetectJob {
  readonly kind: 'detect';
  readonly image: JobBytes;
  readonly height: number;
  readonly width: number;
  readonly scale: readonly [number, number];
  readonly centre: readonly [number, number];
}

/** Embed one aligned face. Argument of `FacePipeline.embed`. */
export interface EmbedJob {
  readonly kind: 'embed';
  readonly face: JobBytes;
}

export type FaceJob = DetectJob | EmbedJob;

export type FaceResult =
  | ({ readonly kind: 'detect' } & DetectedFaces)
  | { readonly kind: 'embed'; readonly embedding: Float32Array<ArrayBuffer> };

/** What a face worker is started with. */
export interface FaceWorkerData {
  readonly pack: LoadedPack;
  /** Needed only when the pack's flip merge is not `none`. */
  readonly mergeLibraryPath: string;
}
