import type { DetectorKind, EmbedderSettings, InputSize, Normalisation } from './loaded-pack.js';

/** What a manifest need not say because everybody who trains this kind does it so. */
export interface DetectorDefaults {
  readonly inputSize: InputSize;
  readonly normalisation: Normalisation;
  readonly scoreThreshold: number;
  readonly nmsThreshold: number;
  /** False: a landmark model of its own is needed. */
  readonly givesLandmarks: boolean;
}

export const detectorDefaults: Readonly<Record<DetectorKind, DetectorDefaults>> = {
  rfb: {
    inputSize: { width: 320, height: 240 },
    normalisation: { channels: 'rgb', mean: 127, divisor: 128 },
    scoreThreshold: 0.6,
    nmsThreshold: 0.4,
    givesLandmarks: false,
  },
  yunet: {
    inputSize: { width: 640, height: 640 },
    normalisation: { channels: 'bgr', mean: 0, divisor: 1 },
    scoreThreshold: 0.5,
    nmsThreshold: 0.45,
    givesLandmarks: true,
  },
  scrfd: {
    inputSize: { width: 640, height: 640 },
    normalisation: { channels: 'rgb', mean: 127.5, divisor: 128 },
    scoreThreshold: 0.5,
    nmsThreshold: 0.45,
    givesLandmarks: true,
  },
};

export type EmbedderDefaults = Pick<EmbedderSettings, 'normalisation' | 'dimension'>;

/** Null: a `custom` embedder says everything itself. */
export const embedderDefaults: Readonly<Record<EmbedderSettings['kind'], EmbedderDefaults | null>> = {
  arcface: { normalisation: { channels: 'rgb', mean: 127.5, divisor: 127.5 }, dimension: 512 },
  sface: { normalisation: { channels: 'rgb', mean: 0, divisor: 1 }, dimension: 128 },
  custom: null,
};
