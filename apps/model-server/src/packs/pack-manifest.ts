import { flipMerges, type FlipMerge, type RerankCalibration } from '@face/kserve';
import { readArchives, readAsset, readName, readVersion, type Archive, type Asset } from './asset-set.js';
import type { DetectorSettings, EmbedderSettings, InputSize, Normalisation } from './loaded-pack.js';
import { ManifestObject } from './manifest-object.js';
import { PackError } from './pack-error.js';
import { detectorDefaults, embedderDefaults } from './pack-kinds.js';

/** A model before its file is there. */
export interface ModelManifest {
  readonly asset: Asset;
  /** What the file must hash to after patching, and what it must then give (see golden-output.ts). */
  readonly preparedSha256: string | undefined;
  readonly golden: readonly number[] | undefined;
}

/** What a description says of a model; what it says of its file is another matter. */
export type DetectorDescription = Omit<DetectorSettings, 'model'>;
export type EmbedderDescription = Omit<EmbedderSettings, 'model'>;

/** A pack's JSON, checked and completed with the usual values of its kinds. */
export interface PackManifest {
  readonly name: string;
  readonly version: string;
  /** Absolute. */
  readonly path: string;
  /** Name of the JSON, for sentences about it. */
  readonly file: string;
  readonly detector: DetectorDescription & ModelManifest;
  /** Null: the detector gives the landmarks. */
  readonly landmarks: ModelManifest | null;
  readonly embedder: EmbedderDescription & ModelManifest;
  readonly flipMerge: FlipMerge;
  readonly calibration: ReadonlyMap<FlipMerge, RerankCalibration>;
}

/** Reads what an object says of the model's file. */
type ReadFile<File> = (parent: ManifestObject) => File;

/**
 * @param path absolute, for files that are named relative to it
 * @param file how sentences call the JSON
 * @throws PackError naming file and field
 */
export function parsePackManifest(path: string, file: string, text: string): PackManifest {
  const manifest = ManifestObject.parse(file, text);
  const archives = readArchives(manifest);
  const read = (parent: ManifestObject) => readModel(parent, archives, path);
  const detector = readDetector(manifest.object('detector'), read);
  const pack: PackManifest = {
    name: readName(manifest),
    version: readVersion(manifest),
    path,
    file,
    detector,
    landmarks: readLandmarks(manifest, detector.kind, read),
    embedder: readEmbedder(manifest.object('embedder'), read),
    flipMerge: manifest.has('flipMerge') ? manifest.choice('flipMerge', flipMerges) : 'none',
    calibration: readCalibrations(manifest),
  };
  if (manifest.has('about')) manifest.text('about');
  manifest.end();
  return pack;
}

function readModel(
  parent: ManifestObject,
  archives: ReadonlyMap<string, Archive>,
  path: string,
): ModelManifest {
  return {
    asset: readAsset(parent, 'file', archives, path),
    preparedSha256: parent.has('preparedSha256')
      ? parent.text('preparedSha256', /^[0-9a-f]{64}$/, 'a SHA-256 of 64 lower-case hexadecimal digits')
      : undefined,
    golden: parent.has('golden') ? parent.numbers('golden') : undefined,
  };
}

/** @throws PackError naming file and field, also for a field that is not known */
export function readDetector<File>(
  detector: ManifestObject,
  read: ReadFile<File>,
): DetectorDescription & File {
  const kind = detector.choice('kind', ['rfb', 'yunet', 'scrfd']);
  const usual = detectorDefaults[kind];
  const settings = {
    kind,
    ...read(detector),
    inputSize: detector.has('inputSize') ? readSize(detector.object('inputSize')) : usual.inputSize,
    normalisation: readNormalisation(detector, usual.normalisation),
    scoreThreshold: detector.has('scoreThreshold')
      ? detector.number('scoreThreshold', 0, 1)
      : usual.scoreThreshold,
    nmsThreshold: detector.has('nmsThreshold') ? detector.number('nmsThreshold', 0, 1) : usual.nmsThreshold,
  };
  detector.end();
  return settings;
}

function readSize(size: ManifestObject): InputSize {
  const read = { width: size.whole('width', 32, 4096), height: size.whole('height', 32, 4096) };
  size.end();
  return read;
}

/** @returns null when the detector gives the landmarks */
export function readLandmarks<File>(
  manifest: ManifestObject,
  detectorKind: DetectorSettings['kind'],
  read: ReadFile<File>,
): File | null {
  const { givesLandmarks } = detectorDefaults[detectorKind];
  if (!manifest.has('landmarks')) {
    if (givesLandmarks) return null;
    throw manifest.wrong('landmarks', `a landmark model, for a detector of kind ${detectorKind} gives none`);
  }
  const landmarks = manifest.object('landmarks');
  const kind = landmarks.choice('kind', ['points68', 'detector']);
  if (kind === 'detector' && !givesLandmarks) {
    throw new PackError(
      `${landmarks.label('kind')} is detector, but a detector of kind ${detectorKind} gives none`,
    );
  }
  const model = kind === 'detector' ? null : read(landmarks);
  landmarks.end();
  return model;
}

/** @throws PackError naming file and field, also for a field that is not known */
export function readEmbedder<File>(
  embedder: ManifestObject,
  read: ReadFile<File>,
): EmbedderDescription & File {
  const kind = embedder.choice('kind', ['arcface', 'sface', 'custom']);
  const usual = embedderDefaults[kind];
  const settings = {
    kind,
    ...read(embedder),
    normalisation: readNormalisation(embedder, usual?.normalisation),
    dimension: usual && !embedder.has('dimension') ? usual.dimension : embedder.whole('dimension', 2, 65536),
  };
  embedder.end();
  return settings;
}

/** @param usual undefined: all three must be stated */
function readNormalisation(model: ManifestObject, usual: Normalisation | undefined): Normalisation {
  return {
    channels: usual && !model.has('channels') ? usual.channels : model.choice('channels', ['bgr', 'rgb']),
    mean: usual && !model.has('mean') ? usual.mean : model.number('mean', 0, 255),
    divisor: usual && !model.has('divisor') ? usual.divisor : model.number('divisor', 1e-3, 1e3),
  };
}

export function readCalibrations(manifest: ManifestObject): Map<FlipMerge, RerankCalibration> {
  if (!manifest.has('calibration')) return new Map();
  const calibration = manifest.object('calibration');
  const read = flipMerges
    .filter((mode) => calibration.has(mode))
    .map((mode): [FlipMerge, RerankCalibration] => {
      const fitted = calibration.object(mode);
      const values: RerankCalibration = {
        alpha: fitted.number('alpha', 1e-3, 1e6),
        tau: fitted.number('tau', -0.999, 0.999),
        galleryReference: fitted.whole('n_cal', 1, 1e12),
        voting: fitted.flag('voting'),
        calibrated: true,
      };
      fitted.end();
      return [mode, values];
    });
  calibration.end();
  return new Map(read);
}
