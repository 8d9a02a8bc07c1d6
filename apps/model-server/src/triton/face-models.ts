import { defaultCalibration, type FlipMerge, type ModelContract, type RerankCalibration } from '@face/kserve';
import { contractIdOf, contractText } from '../packs/contract-id.js';
import type { LoadedPack, ReadyModel } from '../packs/loaded-pack.js';
import { PackError } from '../packs/pack-error.js';
import type { DetectorDescription, EmbedderDescription } from '../packs/pack-manifest.js';
import { ModelSession } from '../pipelines/model-session.js';
import type { KprpeBackbone } from './kprpe.js';
import type { OwnersFile, TensorNames } from './owners-file.js';
import type { OwnersModels } from './profile.js';

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
  /** ONNX file to be put into the repository; undefined when the owner puts it there. */
  readonly file: string | undefined;
  /** False: it takes one picture at a time, whatever it is asked for. */
  readonly freeBatch: boolean;
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
  const network = ({ tensors }: OwnersFile): Network => ({ tensors, file: undefined, freeBatch: true });
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
 * @throws PackError when a network has not the tensors of its kind
 */
export async function ofPack(pack: LoadedPack): Promise<FaceModels> {
  const { detector, landmarks, embedder, contract } = pack;
  return {
    detector: { ...detector, ...(await networkOf(detector.model)) },
    landmarks: landmarks.kind === 'detector' ? null : await networkOf(landmarks.model),
    embedder: { ...embedder, ...(await networkOf(embedder.model)) },
    kprpe: undefined,
    contract,
    contractTemplate: undefined,
  };
}

async function networkOf(model: ReadyModel): Promise<Network> {
  const session = await ModelSession.open(model);
  try {
    const input = session.onlyInput();
    const [output, ...others] = session.outputNames;
    if (output === undefined) throw new PackError(`${model.field}: ${model.path} has no output`);
    const tensors = new Map([['input', input.name]]);
    // Outputs of detectors are found by their usual names; where there is one, it is the one.
    if (others.length === 0) tensors.set('output', output);
    return { tensors, file: model.path, freeBatch: input.freeBatch };
  } finally {
    await session.close();
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
