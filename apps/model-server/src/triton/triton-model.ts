import type { TensorSpec } from '@face/kserve';

/** Model of a Triton repository: a folder with a config.pbtxt. */
export interface TritonModel {
  readonly name: string;
  /** Of one request; of what is put together of several, too, where requests are batched. */
  readonly maxBatchSize: number;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly execution: Execution;
}

export type Execution = EnsembleExecution | PythonExecution | PlanExecution;

export interface EnsembleExecution {
  readonly kind: 'ensemble';
  readonly steps: readonly EnsembleStep[];
}

/** One call of another model. Keys are the model's own tensors, values those of the ensemble. */
export interface EnsembleStep {
  readonly model: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

/** A model in Python; see triton/python. */
export interface PythonExecution extends Scheduling {
  readonly kind: 'python';
  /** Module that has the class TritonPythonModel. */
  readonly module: string;
}

/** A TensorRT plan; its batch and precision are told to the build by parameters. */
export interface PlanExecution extends Scheduling {
  readonly kind: 'plan';
}

/** How requests wait for the instances of a model. */
export interface Scheduling {
  readonly device: 'cpu' | 'gpu';
  /** Of the machine, or of each GPU. */
  readonly instances: number;
  /** Rate limiter: how many of a GPU's slots an instance takes while it works; 0 for no limit. */
  readonly gpuSlots: number;
  /** Batch sizes that are sent on at once; none: whatever waits when an instance is free. */
  readonly preferredBatchSizes: readonly number[];
  /** Longest wait for others to share a batch. */
  readonly batchDelayMicroseconds: number;
  readonly queue: Queue;
  /** Batch sizes that are run with zeros before the model counts as ready. */
  readonly warmUp: readonly number[];
}

export interface Queue {
  /** Requests that may wait; one more is refused as overload. */
  readonly requests: number;
  /** After that a waiting request is refused; a request can ask for less. */
  readonly seconds: number;
}

/** A step in which all tensors are called as in the model, but for those that `names` has others for. */
export function callOf(
  { name, inputs, outputs }: TritonModel,
  names: Readonly<Record<string, string>> = {},
): EnsembleStep {
  const called = (specs: readonly TensorSpec[]) =>
    Object.fromEntries(specs.map((spec) => [spec.name, names[spec.name] ?? spec.name]));
  return { model: name, inputs: called(inputs), outputs: called(outputs) };
}
