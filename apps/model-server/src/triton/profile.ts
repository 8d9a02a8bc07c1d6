import { flipMerges, type FlipMerge, type RerankCalibration } from '@face/kserve';
import { ManifestObject } from '../packs/manifest-object.js';
import {
  type DetectorDescription,
  type EmbedderDescription,
  readCalibrations,
  readDetector,
  readEmbedder,
  readLandmarks,
} from '../packs/pack-manifest.js';
import { readKprpe, type KprpeBackbone } from './kprpe.js';
import { type OwnersFile, readOwnersFile } from './owners-file.js';
import type { Queue } from './triton-model.js';

/** `tensorrt`: plans that the build makes of ONNX files. `onnxruntime`: in Python, on CPUs. */
export type Engine = 'tensorrt' | 'onnxruntime';

/** `ensemble`: pre-processing, network and post-processing as models of their own. `single`: one model does it all. */
export type Form = 'ensemble' | 'single';

/** Networks described in the profile itself, by the words of a model pack. */
export interface OwnersModels {
  readonly detector: DetectorDescription & OwnersFile;
  readonly landmarks: OwnersFile | null;
  readonly embedder: EmbedderDescription & OwnersFile & { readonly kprpe: KprpeBackbone | undefined };
  readonly calibration: ReadonlyMap<FlipMerge, RerankCalibration>;
}

/** How many instances a model has: a number, or one for each core of the machine. */
export type Instances = number | 'cores';

/** A profile: everything that one Triton repository differs in from another. */
export interface Profile {
  readonly engine: Engine;
  readonly form: Form;
  /** A model pack by its name or path, or the networks themselves. */
  readonly models: string | OwnersModels;
  /** Undefined: as the pack says, or `none`. */
  readonly flipMerge: FlipMerge | undefined;
  /** Images or faces in one request. */
  readonly requestBatch: number;
  readonly networks: {
    /** What requests of several clients are put together to. */
    readonly mostBatch: number;
    readonly optimumBatch: number;
    readonly precision: 'fp16' | 'fp32';
    readonly batchDelayMicroseconds: number;
  };
  readonly queue: Queue;
  readonly instances: {
    /** Of each pre- and post-processing, or of the one model of a single form. */
    readonly steps: Instances;
    readonly detector: Instances;
    readonly embedder: Instances;
  };
  /** Slots of a GPU that an instance of each network takes while it works; 0: no limit. */
  readonly gpuSlots: { readonly detector: number; readonly embedder: number };
}

/**
 * @param file how sentences call it
 * @param instead fields that replace those of the file
 * @throws PackError naming file and field
 */
export function parseProfile(
  file: string,
  text: string,
  instead: Readonly<Record<string, unknown>> = {},
): Profile {
  const json = ManifestObject.parse(file, text).with(instead);
  const engine = json.choice('engine', ['tensorrt', 'onnxruntime']);
  const form = json.choice('form', ['ensemble', 'single']);
  if (engine === 'tensorrt' && form === 'single') {
    throw json.wrong('form', 'ensemble, for a TensorRT plan is a model of its own');
  }
  const networks = json.object('networks');
  const instances = json.object('instances');
  const gpuSlots = json.has('gpuSlots') ? json.object('gpuSlots') : undefined;
  const queue = json.object('queue');
  const requestBatch = json.whole('requestBatch', 1, 1024);
  const mostBatch = networks.whole('mostBatch', requestBatch, 1024);
  const profile: Profile = {
    engine,
    form,
    models: json.has('pack') ? json.text('pack') : readOwnersModels(json.object('models')),
    flipMerge: json.has('flipMerge') ? json.choice('flipMerge', flipMerges) : undefined,
    requestBatch,
    networks: {
      mostBatch,
      optimumBatch: networks.whole('optimumBatch', 1, mostBatch),
      precision: networks.choice('precision', ['fp16', 'fp32']),
      batchDelayMicroseconds: networks.whole('batchDelayMicroseconds', 0, 1_000_000),
    },
    queue: { requests: queue.whole('requests', 1, 1_000_000), seconds: queue.number('seconds', 0.001, 3600) },
    instances: {
      steps: readInstances(instances, 'steps'),
      detector: readInstances(instances, 'detector'),
      embedder: readInstances(instances, 'embedder'),
    },
    gpuSlots: {
      detector: gpuSlots?.whole('detector', 0, 1024) ?? 0,
      embedder: gpuSlots?.whole('embedder', 0, 1024) ?? 0,
    },
  };
  if (json.has('about')) json.text('about');
  for (const part of [networks, instances, gpuSlots, queue, json]) part?.end();
  return profile;
}

function readInstances(instances: ManifestObject, field: string): Instances {
  return instances.is(field, 'cores') ? 'cores' : instances.whole(field, 1, 1024);
}

function readOwnersModels(models: ManifestObject): OwnersModels {
  const detector = readDetector(models.object('detector'), readOwnersFile);
  const read: OwnersModels = {
    detector,
    landmarks: readLandmarks(models, detector.kind, readOwnersFile),
    embedder: readEmbedder(models.object('embedder'), (parent) => ({
      ...readOwnersFile(parent),
      kprpe: parent.has('kprpe') ? readKprpe(parent.object('kprpe')) : undefined,
    })),
    calibration: readCalibrations(models),
  };
  models.end();
  return read;
}
