import type { TensorSpec } from '@face/kserve';
import { type FaceModels, networks } from './face-models.js';
import { kprpeParameters } from './kprpe.js';
import { networkModel, networkScheduling, type RepositoryPlan } from './repository.js';
import { callOf, type EnsembleStep, type TritonModel } from './triton-model.js';

/** x and y of eyes, nose and corners of the mouth, as shares of the crop. */
const keypoints: TensorSpec = { name: 'keypoints', datatype: 'FP32', dims: [5, 2] };

/** An embedder in PyTorch, and the network that finds its keypoints. */
export function kprpeModels(
  plan: RepositoryPlan,
  kprpe: NonNullable<FaceModels['kprpe']>,
  tensors: { readonly planes: TensorSpec; readonly embedding: TensorSpec },
): {
  readonly models: readonly TritonModel[];
  readonly calls: (view: string, embedding: string) => EnsembleStep[];
} {
  const planes = { ...tensors.planes, name: 'planes' };
  const embedding = { ...tensors.embedding, name: 'embedding' };
  const aligner = networkModel(plan, 'embedder', networks.aligner, kprpe.aligner, {
    input: planes,
    outputs: [keypoints],
  });
  const backbone: TritonModel = {
    name: networks.embedder,
    maxBatchSize: plan.profile.networks.mostBatch,
    inputs: [planes, keypoints],
    outputs: [embedding],
    parameters: kprpeParameters(kprpe),
    execution: {
      kind: 'python',
      module: 'kprpe.triton_model',
      ...networkScheduling(plan.profile, 'embedder'),
      warmUp: [1, plan.profile.networks.optimumBatch],
    },
  };
  return {
    models: [aligner.model, backbone],
    calls: (view, to) => {
      const found = `${view}_keypoints`;
      const names = { planes: view, keypoints: found, embedding: to };
      return [aligner.call(view, [found]), callOf(backbone, names)];
    },
  };
}
