import { readFile } from 'node:fs/promises';
import { defaultCalibration, type FlipMerge, type ModelContract, type RerankCalibration } from '@face/kserve';
import { contractIdOf, contractText } from '../packs/contract-id.js';
import type { LoadedPack, ReadyModel } from '../packs/loaded-pack.js';
import { type GraphPatch, patchModel } from '../packs/onnx/graph.js';
import { resizeRfb } from '../packs/onnx/resize-rfb.js';
import { PackError } from '../packs/pack-error.js';
import type { DetectorDescription, EmbedderDescription } from '../packs/pack-manifest.js';
import { fitNetwork } from './fit-network.js';
import type { KprpeBackbone } from './kprpe.js';
import type { OwnersFile, TensorNames } from './owners-file.js';
import type { Engine, OwnersModels } from './profile.js';

/** Names of the networks in a repository. */
export const networks = {
  detector: 'detect_net',
  landmarks: 'landmark_net',
  embedder: 'extract_net',
  aligner: 'extract_align',
} as const;

/** A network of a repository. */
export interface Network {
  readonly tensors: TensorNames;
  /** What is put into the repository, a file or its content; undefined when the owner puts it there. */
  readonly file: string | Uint8Array | undefined;
}

/** The networks of a repository, wherever their description comes from. */
export interface FaceModels {
  readonly detector: DetectorDescription & Network;
  /** Null: the detector gives the landmarks. */
  readonly landmarks: Network | null;
  readonly embedder: EmbedderDescription & Network;
  readonly kprpe: (Omit<KprpeBackbone, 'aligner'> & { readonly aligner: Network }) | undefined;
  readonly contract: ModelContract & {
    readonly flipMerge: FlipMerge;
    readonly calibration: RerankCalibration;
  };
  /**
   * What the contract id is a hash of, with `${detect_net}` and the like in place of hashes of files that are not
   * known yet; undefined when the id is.
   */
  readonly contractTemplate: string | undefined;
}

/** Networks whose files the owner puts into the repository. */
export function ofOwner(models: OwnersModels, flipMerge: FlipMerge): FaceModels {
  const { detector, landmarks, embedder } = models;
  const { kprpe } = embedder;
  const text = ownersContractText(models, flipMerge);
  const isOpen = Object.values(networks).some((name) => text.includes(openHash(name)));
  const dimension = flipMerge === 'concat' ? 2 * embedder.dimension : embedder.dimension;
  const network = ({ tensors }: OwnersFile): Network => ({ tensors, file: undefined });
  return {
    detector: { ...detector, ...network(detector) },
    landmarks: landmarks === null ? null : network(landmarks),
    embedder: { ...embedder, ...network(embedder) },
    kprpe: kprpe === undefined ? undefined : { ...kprpe, aligner: network(kprpe.aligner) },
    contract: {
      contractId: isOpen ? null : contractIdOf(text),
      dimension,
      flipMerge,
      calibration: models.calibration.get(flipMerge) ?? defaultCalibration,
    },
    contractTemplate: isOpen ? text : undefined,
  };
}

/**
 * Networks of a pack, whose files are on this machine.
 * @throws PackError when a network has not the tensors of its kind, or cannot become a plan
 */
export async function ofPack(pack: LoadedPack, engine: Engine): Promise<FaceModels> {
  const { detector, landmarks, embedder, contract } = pack;
  const network = engine === 'tensorrt' ? fittedNetwork : preparedNetwork;
  const resize = detector.kind === 'rfb' ? [resizeRfb(detector.inputSize)] : [];
  return {
    detector: { ...detector, ...(await network(detector.model, resize)) },
    landmarks: landmarks.kind === 'detector' ? null : await network(landmarks.model),
    embedder: { ...embedder, ...(await network(embedder.model)) },
    kprpe: undefined,
    contract,
    contractTemplate: undefined,
  };
}

/** As our model server runs it; in Python tensors are called by their usual names. */
function preparedNetwork({ path }: ReadyModel): Promise<Network> {
  return Promise.resolve({ tensors: new Map(), file: path });
}

/** As it was published, which TensorRT does better with, but for its batch. */
async function fittedNetwork(
  { published, field }: ReadyModel,
  patches: readonly GraphPatch[] = [],
): Promise<Network> {
  try {
    const { model, input, outputs } = await fitNetwork(
      patchModel(await readFile(published), patches),
      undefined,
    );
    const [output, ...others] = outputs;
    const tensors = new Map([['input', input.name]]);
    // Outputs of detectors are found by their usual names; where there is one, it is the one.
    if (output !== undefined && others.length === 0) tensors.set('output', output.name);
    return { tensors, file: model };
  } catch (cause) {
    if (!(cause instanceof PackError)) throw cause;
    throw new PackError(`${field}: ${published} cannot become a plan. ${cause.message}`, { cause });
  }
}

/** Where the hash of a file that is not known yet will stand. */
const openHash = (network: string) => `\${${network}}`;

function ownersContractText(models: OwnersModels, flipMerge: FlipMerge): string {
  const { detector, landmarks, embedder } = models;
  const aligner = embedder.kprpe?.aligner;
  const published = (file: OwnersFile, network: string) => ({
    asset: { sha256: file.sha256 ?? openHash(network) },
  });
  const manifest = {
    detector: { ...detector, ...published(detector, networks.detector) },
    landmarks: landmarks === null ? null : published(landmarks, networks.landmarks),
    embedder: { ...embedder, ...published(embedder, networks.embedder) },
    aligner: aligner === undefined ? undefined : published(aligner, networks.aligner),
  };
  return contractText(manifest, flipMerge);
}
