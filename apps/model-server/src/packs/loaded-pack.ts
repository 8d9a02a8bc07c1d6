import type { ModelContract } from '@face/kserve';

/** Pixels. */
export interface InputSize {
  readonly width: number;
  readonly height: number;
}

export type ChannelOrder = 'bgr' | 'rgb';

/** Model input = (pixel - mean) / divisor for pixels 0..255, channels in the given order. */
export interface Normalisation {
  readonly channels: ChannelOrder;
  readonly mean: number;
  readonly divisor: number;
}

/** An ONNX file on this machine, verified and ready to be opened by any number of workers. */
export interface ReadyModel {
  /** Absolute path. */
  readonly path: string;
  /** Lower-case hex SHA-256 of the file at `path`, after patching. */
  readonly sha256: string;
  /** Absolute path of the file as it was published. */
  readonly published: string;
  /** Where the file is named, for sentences about it, as in `faceplugin.json: detector.file`. */
  readonly field: string;
}

export type DetectorKind = 'rfb' | 'yunet' | 'scrfd';

export interface DetectorSettings {
  readonly kind: DetectorKind;
  readonly model: ReadyModel;
  readonly inputSize: InputSize;
  readonly normalisation: Normalisation;
  /** A face counts when its score is above this, 0..1. */
  readonly scoreThreshold: number;
  /** Of two boxes that overlap by more than this (intersection over union) the better stays. */
  readonly nmsThreshold: number;
}

/** `detector`: the detector itself gives five points; `points68`: a model of its own, run on every box. */
export type LandmarkSettings =
  { readonly kind: 'detector' } | { readonly kind: 'points68'; readonly model: ReadyModel };

export interface EmbedderSettings {
  readonly kind: 'arcface' | 'sface' | 'custom';
  readonly model: ReadyModel;
  readonly normalisation: Normalisation;
  /** Numbers of one embedding as the model gives it, before views are merged. */
  readonly dimension: number;
}

/**
 * A model pack that can be run: its files are on this machine and verified, its settings complete.
 * Plain data, so that it can be handed to a worker thread (structured clone).
 */
export interface LoadedPack {
  readonly name: string;
  readonly version: string;
  /** Absolute path of the JSON that describes the pack. */
  readonly manifestPath: string;
  readonly detector: DetectorSettings;
  readonly landmarks: LandmarkSettings;
  readonly embedder: EmbedderSettings;
  /** What clients must know; `flipMerge`, `contractId` and `calibration` are never null here. */
  readonly contract: LoadedContract;
}

export type LoadedContract = {
  readonly [Field in keyof ModelContract]: NonNullable<ModelContract[Field]>;
};
