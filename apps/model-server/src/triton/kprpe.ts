import type { ManifestObject } from '../packs/manifest-object.js';
import { type OwnersFile, readOwnersFile } from './owners-file.js';

/** A ViT with keypoint-relative position encoding in PyTorch; see triton/python/kprpe. */
export interface KprpeBackbone {
  /** `base`, `small`, or name of a JSON file beside the weights. */
  readonly structure: string;
  /** Name of the file of weights in the model's folder `1/`. */
  readonly weights: string;
  readonly precision: 'fp16' | 'bf16' | 'fp32';
  /** `extension`: rpe_ops; `gather`: plain PyTorch. */
  readonly rpeIndex: 'extension' | 'gather';
  /** Network that finds the five keypoints of an aligned face. */
  readonly aligner: OwnersFile;
}

/** @throws PackError naming file and field */
export function readKprpe(kprpe: ManifestObject): KprpeBackbone {
  const aligner = kprpe.has('aligner') ? kprpe.object('aligner') : undefined;
  const fileName = /^[\w][\w.-]*$/;
  const read: KprpeBackbone = {
    structure: kprpe.has('structure')
      ? kprpe.text('structure', fileName, 'base, small or a file name')
      : 'base',
    weights: kprpe.has('weights') ? kprpe.text('weights', fileName, 'a plain file name') : 'model.pt',
    precision: kprpe.has('precision') ? kprpe.choice('precision', ['fp16', 'bf16', 'fp32']) : 'fp16',
    rpeIndex: kprpe.has('rpeIndex') ? kprpe.choice('rpeIndex', ['extension', 'gather']) : 'extension',
    aligner: aligner === undefined ? { sha256: undefined, tensors: new Map() } : readOwnersFile(aligner),
  };
  aligner?.end();
  kprpe.end();
  return read;
}

/** Parameters that the Python model reads. */
export function kprpeParameters(kprpe: Omit<KprpeBackbone, 'aligner'>): Record<string, string> {
  return {
    kprpe_structure: kprpe.structure,
    kprpe_weights: kprpe.weights,
    kprpe_precision: kprpe.precision,
    kprpe_rpe_index: kprpe.rpeIndex,
  };
}
