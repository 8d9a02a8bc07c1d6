import type { PixelLibrary } from '@face/native';
import type { DetectorKind, DetectorSettings, InputSize } from '../packs/loaded-pack.js';
import { PackError } from '../packs/pack-error.js';
import type { DetectorRules } from './detector-rules.js';
import { suppressOverlaps, type FaceCandidate } from './face-candidate.js';
import { ModelSession } from './model-session.js';
import type { Picture } from './picture.js';
import { rfb } from './rfb.detector.js';
import { scrfd } from './scrfd.detector.js';
import { yunet } from './yunet.detector.js';

/** A new family of detectors is a file beside these and a line here. */
export const detectorRules: Readonly<Record<DetectorKind, DetectorRules>> = { rfb, scrfd, yunet };

/** Finds the faces of a picture with one model of any family. */
export class FaceDetector {
  private readonly planes: Float32Array;
  private covered: InputSize = { width: 0, height: 0 };

  private constructor(
    private readonly settings: DetectorSettings,
    private readonly rules: DetectorRules,
    private readonly session: ModelSession,
    private readonly input: string,
    private readonly pixels: PixelLibrary,
  ) {
    this.planes = new Float32Array(3 * settings.inputSize.width * settings.inputSize.height);
  }

  /** @throws PackError when the model has not the tensors of its kind at the input size of the pack */
  static async open(settings: DetectorSettings, pixels: PixelLibrary): Promise<FaceDetector> {
    const rules = detectorRules[settings.kind];
    const { width, height } = settings.inputSize;
    requireInputSize(settings, settings.model.field);
    const session = await ModelSession.open(settings.model);
    const input = session.input([1, 3, height, width]);
    for (const { name, rows, columns } of rules.outputs(settings.inputSize))
      session.output(name, [1, rows, columns]);
    return new FaceDetector(settings, rules, session, input, pixels);
  }

  /** @returns by falling score, with boxes and points in pixels of the picture */
  async find(picture: Picture): Promise<FaceCandidate[]> {
    const { inputSize, scoreThreshold, nmsThreshold } = this.settings;
    const fitted = this.fit(picture);
    const read = await this.session.run(this.input, this.planes, [1, 3, inputSize.height, inputSize.width]);
    const candidates = this.rules.decode(read, inputSize, scoreThreshold).filter(isFinite);
    const x = picture.width / fitted.width;
    const y = picture.height / fitted.height;
    return suppressOverlaps(candidates, nmsThreshold).map(({ box, score, points }) => ({
      box: [box[0] * x, box[1] * y, box[2] * x, box[3] * y],
      score,
      points: points.map((value, axis) => value * (axis % 2 === 0 ? x : y)),
    }));
  }

  close(): Promise<void> {
    return this.session.close();
  }

  /** Writes the picture into the planes; gives the part of them that it covers. */
  private fit(picture: Picture): InputSize {
    const { inputSize, normalisation } = this.settings;
    const fitted = this.rules.fit === 'squash' ? inputSize : letterboxed(picture, inputSize);
    if (
      fitted.width < this.covered.width ||
      fitted.height < this.covered.height ||
      this.covered.width === 0
    ) {
      this.planes.fill(-normalisation.mean / normalisation.divisor);
    }
    this.covered = fitted;
    const format = { ...normalisation, mirrored: false };
    this.pixels.planes(picture, fitted, this.planes, inputSize, format);
    return fitted;
  }
}

/** @throws PackError when no detector of the kind takes that size */
export function requireInputSize(
  { kind, inputSize: { width, height } }: Pick<DetectorSettings, 'kind' | 'inputSize'>,
  field: string,
): void {
  const { granularity } = detectorRules[kind];
  if (width % granularity !== 0 || height % granularity !== 0) {
    throw new PackError(
      `${field}: ${kind} needs an inputSize in multiples of ${granularity}, got ${width}x${height}`,
    );
  }
}

function letterboxed(picture: InputSize, room: InputSize): InputSize {
  const scale = Math.min(room.width / picture.width, room.height / picture.height);
  return {
    width: Math.max(1, Math.round(picture.width * scale)),
    height: Math.max(1, Math.round(picture.height * scale)),
  };
}

function isFinite({ box, points }: FaceCandidate): boolean {
  return box.every(Number.isFinite) && points.every(Number.isFinite);
}
