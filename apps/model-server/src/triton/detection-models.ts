import type { TensorSpec } from '@face/kserve';
import { detectionDefinition } from '../grpc/face-definitions.js';
import { detectorRules, requireInputSize } from '../pipelines/face-detector.js';
import { type FaceModels, networks } from './face-models.js';
import { callOf, type TritonModel } from './triton-model.js';
import { networkFile, networkModel, pythonStep, type Repository, type RepositoryPlan } from './repository.js';

const names = { before: 'detect_pre', network: networks.detector, after: 'detect_post' } as const;

/** Of each picture: width and height of what lies in the letterbox, source pixels per pixel of it for x and y. */
const geometry: TensorSpec = { name: 'geometry', datatype: 'FP64', dims: [4] };

/** Grey 64x64 crops of faces to 68 points. */
const landmarkTensors = {
  input: { name: 'input', datatype: 'FP32', dims: [1, 64, 64] },
  outputs: [{ name: 'output', datatype: 'FP32', dims: [136] }],
} as const;

/** `detection` and what it consists of. */
export function detectionModels(plan: RepositoryPlan): Repository {
  requireInputSize(plan.models.detector, 'detector');
  return plan.profile.form === 'single' ? singleModel(plan) : ensemble(plan);
}

function definition({ profile, models }: RepositoryPlan): Omit<TritonModel, 'execution'> {
  const { name, inputs, outputs, parameters } = detectionDefinition(models.contract, 1);
  return { name, maxBatchSize: profile.requestBatch, inputs, outputs, parameters };
}

function singleModel(plan: RepositoryPlan): Repository {
  const { detector, landmarks } = plan.models;
  const whole = definition(plan);
  const parameters = {
    ...whole.parameters,
    ...detectorParameters(plan.models),
    detector_file: 'detector.onnx',
    ...(landmarks === null ? {} : { landmark_file: 'landmarks.onnx' }),
  };
  return {
    models: [{ ...whole, parameters, execution: pythonStep(plan, 'detection') }],
    files: [
      ...networkFile(whole.name, detector, 'detector.onnx'),
      ...(landmarks === null ? [] : networkFile(whole.name, landmarks, 'landmarks.onnx')),
    ],
  };
}

function ensemble(plan: RepositoryPlan): Repository {
  const { detector, landmarks } = plan.models;
  const whole = definition(plan);
  const { width, height } = detector.inputSize;
  const planes: TensorSpec = { name: 'planes', datatype: 'FP32', dims: [3, height, width] };
  const heads = detectorRules[detector.kind]
    .outputs(detector.inputSize)
    .map(({ name, rows, columns }): TensorSpec => ({ name, datatype: 'FP32', dims: [rows, columns] }));
  // A landmark model looks at the pictures again.
  const pictures = landmarks === null ? [] : whole.inputs.slice(0, 1);

  const before: TritonModel = {
    name: names.before,
    maxBatchSize: whole.maxBatchSize,
    inputs: whole.inputs,
    outputs: [planes, geometry],
    parameters: detectorParameters(plan.models),
    execution: pythonStep(plan, names.before),
  };
  const network = networkModel(plan, 'detector', names.network, detector, {
    input: { ...planes, name: 'input' },
    outputs: heads,
  });
  const found =
    landmarks === null
      ? undefined
      : networkModel(plan, 'detector', networks.landmarks, landmarks, landmarkTensors);
  const after: TritonModel = {
    name: names.after,
    maxBatchSize: whole.maxBatchSize,
    inputs: [...heads, geometry, ...pictures],
    outputs: whole.outputs,
    parameters: {
      ...detectorParameters(plan.models),
      ...(found === undefined ? {} : landmarkParameters(found.model)),
    },
    execution: pythonStep(plan, names.after),
  };
  const steps = [
    callOf(before),
    network.call(
      planes.name,
      heads.map(({ name }) => name),
    ),
    callOf(after),
  ];
  return {
    models: [
      { ...whole, execution: { kind: 'ensemble', steps } },
      before,
      network.model,
      after,
      ...(found === undefined ? [] : [found.model]),
    ],
    files: [
      ...networkFile(names.network, detector),
      ...(landmarks === null ? [] : networkFile(networks.landmarks, landmarks)),
    ],
  };
}

/** How the landmark network is asked from inside of a step: its batches are faces, not pictures. */
function landmarkParameters({ name, maxBatchSize, inputs, outputs }: TritonModel): Record<string, string> {
  return {
    landmark_model: name,
    landmark_batch: String(maxBatchSize),
    landmark_input: inputs.map((input) => input.name).join(),
    landmark_output: outputs.map((output) => output.name).join(),
  };
}

/** What pictures are made into, and how the heads of the network are read. */
function detectorParameters({ detector, landmarks }: FaceModels): Record<string, string> {
  const { kind, inputSize, normalisation, scoreThreshold, nmsThreshold } = detector;
  return {
    detector_kind: kind,
    detector_width: String(inputSize.width),
    detector_height: String(inputSize.height),
    detector_channels: normalisation.channels,
    detector_mean: String(normalisation.mean),
    detector_divisor: String(normalisation.divisor),
    score_threshold: String(scoreThreshold),
    nms_threshold: String(nmsThreshold),
    landmarks: landmarks === null ? 'detector' : 'points68',
  };
}
