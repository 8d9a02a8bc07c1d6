import { availableParallelism } from 'node:os';
import type { TensorSpec } from '@face/kserve';
import type { FaceModels, Network } from './face-models.js';
import type { Instances, Profile } from './profile.js';
import type { EnsembleStep, PythonExecution, Scheduling, TritonModel } from './triton-model.js';

/** What a repository holds. */
export interface Repository {
  readonly models: readonly TritonModel[];
  /** Files of networks that are not the owner's to bring. */
  readonly files: readonly RepositoryFile[];
}

export interface RepositoryFile {
  /** In the repository. */
  readonly path: string;
  /** A file that is copied there, or the content. */
  readonly source: string | Uint8Array;
}

/** What the models of a repository are made from. */
export interface RepositoryPlan {
  readonly profile: Profile;
  readonly models: FaceModels;
}

/** Network whose instances and slots a profile states. */
export type NetworkPart = keyof Profile['gpuSlots'];

/** Package of the Python models. */
const pythonPackage = 'face_serving.models';

/** A pre- or post-processing step, or a single model, in numpy. */
export function pythonStep({ profile }: RepositoryPlan, module: string): PythonExecution {
  return {
    kind: 'python',
    module: `${pythonPackage}.${module}`,
    ...onCpu(profile, profile.instances.steps),
    warmUp: [],
  };
}

/** A network as a model of its own, and the step that calls it. */
export interface NetworkModel {
  readonly model: TritonModel;
  /**
   * @param input tensor of the ensemble that is fed
   * @param outputs tensors of the ensemble that come of it, in the order of the network's outputs
   */
  readonly call: (input: string, outputs: readonly string[]) => EnsembleStep;
}

/**
 * A plan, or onnxruntime in Python.
 * @param part whose instances and slots it has
 * @param tensors by the names that the profile has for them
 */
export function networkModel(
  { profile }: RepositoryPlan,
  part: NetworkPart,
  name: string,
  network: Network,
  tensors: { readonly input: TensorSpec; readonly outputs: readonly TensorSpec[] },
): NetworkModel {
  const isPlan = profile.engine === 'tensorrt';
  const own = ({ name: usual, ...spec }: TensorSpec) => ({
    name: isPlan ? (network.tensors.get(usual) ?? usual) : usual,
    ...spec,
  });
  const input = own(tensors.input);
  const outputs = tensors.outputs.map(own);
  const { optimumBatch, precision, mostBatch } = profile.networks;
  const scheduling = networkScheduling(profile, part);
  const model: TritonModel = {
    name,
    maxBatchSize: mostBatch,
    inputs: [input],
    outputs,
    parameters: isPlan
      ? { plan_optimum_batch_size: String(optimumBatch), plan_precision: precision }
      : { onnx_file: 'model.onnx' },
    execution: isPlan
      ? { kind: 'plan', ...scheduling, warmUp: optimumBatch === 1 ? [1] : [1, optimumBatch] }
      : { kind: 'python', module: `${pythonPackage}.onnx_network`, ...scheduling, warmUp: [1] },
  };
  return {
    model,
    call: (from, to) => ({
      model: name,
      inputs: { [input.name]: from },
      outputs: Object.fromEntries(outputs.map((output, at) => [output.name, to[at] ?? output.name])),
    }),
  };
}

/** Nothing for a file that the owner brings. */
export function networkFile(model: string, { file }: Network, as = 'model.onnx'): RepositoryFile[] {
  return file === undefined ? [] : [{ path: `${model}/1/${as}`, source: file }];
}

/** Where the networks of a profile run, and how requests wait for them. */
export function networkScheduling(profile: Profile, part: NetworkPart): Omit<Scheduling, 'warmUp'> {
  if (profile.engine === 'onnxruntime') return onCpu(profile, profile.instances[part]);
  return {
    device: 'gpu',
    instances: count(profile.instances[part]),
    gpuSlots: profile.gpuSlots[part],
    preferredBatchSizes: [],
    batchDelayMicroseconds: profile.networks.batchDelayMicroseconds,
    queue: profile.queue,
  };
}

function onCpu(profile: Profile, instances: Instances): Omit<Scheduling, 'warmUp'> {
  return {
    device: 'cpu',
    instances: count(instances),
    gpuSlots: 0,
    // A request for itself: what is put together here would wait for one instance while another is idle.
    preferredBatchSizes: [1],
    batchDelayMicroseconds: 0,
    queue: profile.queue,
  };
}

function count(instances: Instances): number {
  return instances === 'cores' ? availableParallelism() : instances;
}
