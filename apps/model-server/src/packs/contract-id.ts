import { createHash } from 'node:crypto';
import type { FlipMerge } from '@face/kserve';
import type { PackManifest } from './pack-manifest.js';

/**
 * Counts changes of our own code that move vectors: how a picture is scaled into a detector, how 68 points
 * become five, how views are merged. Raise it with such a change, never for a faster way to the same result.
 */
const pipelineRevision = 1;

/** The five points in 112x112 pixels that faces are aligned to. */
const alignmentTemplate = 'arcface-112';

/**
 * Hash of all that changes a vector: vectors of different ids must never be compared.
 *
 * Model files count as they were published, for patching keeps their results. Score and NMS threshold decide
 * which faces are found, not what their vectors are; calibration, name, version and licence change no vector.
 * @returns 32 hexadecimal digits
 */
export function contractId(manifest: PackManifest, flipMerge: FlipMerge): string {
  const { detector, landmarks, embedder } = manifest;
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
    [embedder.asset.sha256, embedder.dimension, normalisation(embedder.normalisation)],
    flipMerge,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
