import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { defaultCalibration, type FlipMerge } from '@face/kserve';
import { points68Normalisation } from '../pipelines/points68.landmarks.js';
import { contractId } from './contract-id.js';
import { ensureAssets, type EnsureOptions, type NamedAsset } from './fetch/ensure-assets.js';
import type { LoadedContract, LoadedPack } from './loaded-pack.js';
import { locatePack } from './locate-pack.js';
import { PackError } from './pack-error.js';
import { parsePackManifest, type ModelManifest, type PackManifest } from './pack-manifest.js';
import { patches, prepareModel, type ModelRole } from './prepare-model.js';

export interface LoadPackOptions extends EnsureOptions {
  /** Absolute path of the folder for downloads (see cacheFolder). */
  readonly cacheDir: string;
  /** Overrides the pack's own flip merge. */
  readonly flipMerge?: FlipMerge | undefined;
  /** What the operator counts on: twice the embedder's dimension chooses `concat` where `flipMerge` is not given. */
  readonly embeddingDimension?: number | undefined;
}

/**
 * Reads a pack's manifest, fetches what is missing, verifies every file, patches the graphs and compares the
 * output of a freshly patched one with the golden one. Needs no network once the files are in the cache.
 * @param nameOrPath name of a pack that comes with the project, or path of a JSON or of a folder with a pack.json
 * @throws PackError naming file and field
 */
export async function loadPack(nameOrPath: string, options: LoadPackOptions): Promise<LoadedPack> {
  const path = await locatePack(nameOrPath);
  const manifest = parsePackManifest(path, manifestLabel(path), await readFile(path, 'utf8'));
  const contract = describeContract(manifest, options);
  const folder = join(options.cacheDir, 'packs', `${manifest.name}-${manifest.version}`);
  const { detector, landmarks, embedder } = manifest;
  const assets: NamedAsset[] = [
    { name: 'detector.onnx', asset: detector.asset },
    ...(landmarks === null ? [] : [{ name: 'landmarks.onnx', asset: landmarks.asset }]),
    { name: 'embedder.onnx', asset: embedder.asset },
  ];
  const files = await ensureAssets(folder, assets, options);

  const ready = (name: ModelRole['name'], model: ModelManifest, role: Omit<ModelRole, 'name'>) => {
    const source = files.get(`${name}.onnx`);
    if (source === undefined) throw new Error(`${name}.onnx was not ensured`);
    return prepareModel({ name, ...role }, source, model, folder);
  };
  return {
    name: manifest.name,
    version: manifest.version,
    manifestPath: path,
    detector: {
      kind: detector.kind,
      inputSize: detector.inputSize,
      normalisation: detector.normalisation,
      scoreThreshold: detector.scoreThreshold,
      nmsThreshold: detector.nmsThreshold,
      model: await ready('detector', detector, {
        patches: detector.kind === 'rfb' ? patches.rfb(detector.inputSize) : patches.detector,
        normalisation: detector.normalisation,
      }),
    },
    landmarks:
      landmarks === null
        ? { kind: 'detector' }
        : {
            kind: 'points68',
            model: await ready('landmarks', landmarks, {
              patches: patches.landmarks,
              normalisation: points68Normalisation,
            }),
          },
    embedder: {
      kind: embedder.kind,
      normalisation: embedder.normalisation,
      dimension: embedder.dimension,
      model: await ready('embedder', embedder, {
        patches: patches.embedder,
        normalisation: embedder.normalisation,
      }),
    },
    contract,
  };
}

/** `faceplugin.json`, or `my-pack/pack.json`, whose bare name would say nothing. */
function manifestLabel(path: string): string {
  const file = basename(path);
  return file === 'pack.json' ? join(basename(dirname(path)), file) : file;
}

function describeContract(manifest: PackManifest, options: LoadPackOptions): LoadedContract {
  const { dimension } = manifest.embedder;
  const wanted = options.embeddingDimension;
  const flipMerge = options.flipMerge ?? (wanted === 2 * dimension ? 'concat' : manifest.flipMerge);
  const merged = flipMerge === 'concat' ? 2 * dimension : dimension;
  if (wanted !== undefined && wanted !== merged) {
    throw new PackError(
      `FACE_V3_EMBEDDING_DIMENSION is ${wanted}, but the model pack ${manifest.name} gives ${merged} numbers ` +
        `with flip merging '${flipMerge}' (${manifest.file}: embedder.dimension is ${dimension})`,
    );
  }
  return {
    contractId: contractId(manifest, flipMerge),
    dimension: merged,
    flipMerge,
    calibration: manifest.calibration.get(flipMerge) ?? defaultCalibration,
  };
}
