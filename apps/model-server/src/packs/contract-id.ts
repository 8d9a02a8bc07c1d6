import { createHash } from 'node:crypto';
import type { FlipMerge } from '@face/kserve';
import type { DetectorDescription, EmbedderDescription } from './pack-manifest.js';

/**
 * Counts changes of our own code that move vectors: how a picture is scaled into a detector, how 68 points
 * become five, how views are merged. Raise it with such a change, never for a faster way to the same result.
 */
const pipelineRevision = 1;

/** The five points in 112x112 pixels that faces are aligned to. */
const alignmentTemplate = 'arcface-112';

interface Published {
  readonly asset: { readonly sha256: string };
}

/** The part of a pack's manifest that vectors depend on. */
export interface ContractManifest {
  readonly detector: Pick<DetectorDescription, 'kind' | 'inputSize' | 'normalisation'> & Published;
  readonly landmarks: Published | null;
  readonly embedder: Pick<EmbedderDescription, 'dimension' | 'normalisation'> & Published;
  /** Network that gives an embedder its keypoints, where there is one (KP-RPE). */
  readonly aligner?: Published | undefined;
}

/**
 * Hash of all that changes a vector: vectors of different ids must never be compared.
 *
 * Model files count as they were published, for patching keeps their results. Score and NMS threshold decide
 * which faces are found, not what their vectors are; calibration, name, version and licence change no vector.
 * @returns 32 hexadecimal digits
 */
export function contractId(manifest: ContractManifest, flipMerge: FlipMerge): string {
  return contractIdOf(contractText(manifest, flipMerge));
}

export function contractIdOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** What is hashed: JSON in which the hashes of the model files stand as they are. */
export function contractText(manifest: ContractManifest, flipMerge: FlipMerge): string {
  const { detector, landmarks, embedder, aligner } = manifest;
  const normalisation = ({ channels, mean, divisor }: typeof detector.normalisation) => [
    channels,
    mean,
    divisor,
  ];
  // A list, not an object: its order is fixed here and by nothing else.
  const parts = [
    pipelineRevision,
    alignmentTemplate,
    [
      detector.kind,
      detector.asset.sha256,
      [detector.inputSize.width, detector.inputSize.height],
      normalisation(detector.normalisation),
    ],
    landmarks === null ? 'detector' : ['points68', landmarks.asset.sha256],
    [
      embedder.asset.sha256,
      embedder.dimension,
      normalisation(embedder.normalisation),
      ...(aligner === undefined ? [] : ['kprpe', aligner.asset.sha256]),
    ],
    flipMerge,
  ];
  return JSON.stringify(parts);
}
