import type { TensorSpec } from '@face/kserve';
import { extractionDefinition, faceSize } from '../grpc/face-definitions.js';
import { type FaceModels, networks } from './face-models.js';
import { kprpeModels } from './kprpe-models.js';
import { networkFile, networkModel, pythonStep, type Repository, type RepositoryPlan } from './repository.js';
import { callOf, type EnsembleStep, type TritonModel } from './triton-model.js';

const names = { before: 'extract_pre', network: networks.embedder, after: 'extract_post' } as const;

/** Face and mirror image as channel planes. */
const viewDims = [3, faceSize, faceSize];

/** `extraction` and what it consists of. */
export function extractionModels(plan: RepositoryPlan): Repository {
  return plan.profile.form === 'single' ? singleModel(plan) : ensemble(plan);
}

function definition({ profile, models }: RepositoryPlan): Omit<TritonModel, 'execution'> {
  const { name, inputs, outputs, parameters } = extractionDefinition(models.contract, 1);
  return { name, maxBatchSize: profile.requestBatch, inputs, outputs, parameters };
}

function singleModel(plan: RepositoryPlan): Repository {
  const whole = definition(plan);
  const parameters = {
    ...whole.parameters,
    ...embedderParameters(plan.models),
    embedder_file: 'embedder.onnx',
  };
  return {
    models: [{ ...whole, parameters, execution: pythonStep(plan, 'extraction') }],
    files: networkFile(whole.name, plan.models.embedder, 'embedder.onnx'),
  };
}

/** The network is called for each view; its scheduler puts both into one batch. */
function ensemble(plan: RepositoryPlan): Repository {
  const { contract } = plan.models;
  const whole = definition(plan);
  const views = contract.flipMerge === 'none' ? (['face'] as const) : (['face', 'mirror'] as const);
  const parameters = embedderParameters(plan.models);
  const before: TritonModel = {
    name: names.before,
    maxBatchSize: whole.maxBatchSize,
    inputs: whole.inputs,
    outputs: views.map((name) => ({ name, datatype: 'FP32', dims: viewDims })),
    parameters,
    execution: pythonStep(plan, names.before),
  };
  const network = embedderNetwork(plan);
  const calls = views.flatMap((view) =>
    network.calls(view, views.length === 1 ? 'output_0' : `${view}_embedding`),
  );
  const after: TritonModel = {
    name: names.after,
    maxBatchSize: whole.maxBatchSize,
    inputs: views.map((view) => ({ ...network.embedding, name: `${view}_embedding` })),
    outputs: whole.outputs,
    parameters,
    execution: pythonStep(plan, names.after),
  };
  // A single view is the embedding: there is nothing to be done afterwards.
  const merging = views.length === 1 ? [] : [after];
  const steps = [callOf(before), ...calls, ...merging.map((model) => callOf(model))];
  return {
    models: [{ ...whole, execution: { kind: 'ensemble', steps } }, before, ...network.models, ...merging],
    files: networkFile(names.network, plan.models.embedder),
  };
}

interface EmbedderNetwork {
  readonly models: readonly TritonModel[];
  readonly embedding: TensorSpec;
  /** @param view tensor of the ensemble with the planes of one view */
  readonly calls: (view: string, embedding: string) => EnsembleStep[];
}

function embedderNetwork(plan: RepositoryPlan): EmbedderNetwork {
  const { embedder, kprpe } = plan.models;
  const embedding: TensorSpec = { name: 'output', datatype: 'FP32', dims: [embedder.dimension] };
  const input: TensorSpec = { name: 'input', datatype: 'FP32', dims: viewDims };
  if (kprpe !== undefined) {
    const { models, calls } = kprpeModels(plan, kprpe, { planes: input, embedding });
    return { models, embedding, calls };
  }
  const { model, call } = networkModel(plan, 'embedder', names.network, embedder, {
    input,
    outputs: [embedding],
  });
  return { models: [model], embedding, calls: (view, to) => [call(view, [to])] };
}

function embedderParameters({ embedder, contract }: FaceModels): Record<string, string> {
  const { channels, mean, divisor } = embedder.normalisation;
  return {
    embedder_channels: channels,
    embedder_mean: String(mean),
    embedder_divisor: String(divisor),
    flip_merge: contract.flipMerge,
  };
}
