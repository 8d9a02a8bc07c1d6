import type { Datatype, Tensor } from '../tensor.js';
import type { SharedBytes } from './shared-memory/shared-region.js';

/** An input or output of a model. */
export interface TensorSpec {
  readonly name: string;
  readonly datatype: Datatype;
  /** Without the batch dimension, if the model has one; -1 where any size fits. */
  readonly dims: readonly number[];
}

/** What a server tells of a model, and what requests are checked against. */
export interface ModelDefinition {
  readonly name: string;
  readonly version: number;
  /** As in Triton: 'ensemble', or a backend's own name. Answers of ensembles repeat the sequence parameters. */
  readonly platform: string;
  /** Empty for an ensemble. */
  readonly backend: string;
  /** 0: tensors have no batch dimension. */
  readonly maxBatchSize: number;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** ModelConfig.parameters. */
  readonly parameters: Readonly<Record<string, string>>;
  /** How many inferences run side by side on the CPU. */
  readonly instances: number;
}

/** A tensor of a request. */
export interface InputTensor extends Omit<Tensor, 'data'> {
  /** In the received message, or in memory that the client shares and may change at any time. */
  readonly data: Uint8Array | SharedBytes;
}

/** A request that fits the model's definition. */
export interface ModelRequest {
  /** As the client gave it, '' when it gave none. */
  readonly id: string;
  /** 1 when the model knows no batches. */
  readonly batchSize: number;
  /** Every input of the definition, by name. */
  readonly inputs: ReadonlyMap<string, InputTensor>;
}

/** The call behind a request: nobody waits for the answer once `signal` is aborted or the deadline has passed. */
export interface InferenceContext {
  readonly signal: AbortSignal;
  /** Milliseconds since 1970, Infinity for none. */
  readonly deadline: number;
}

/** Where the time of one inference went, for ModelStatistics. Nanoseconds. */
export interface InferenceTimes {
  readonly queue: bigint;
  readonly input: bigint;
  readonly infer: bigint;
  readonly output: bigint;
  /** Number of runs that answered this request. */
  readonly executions: number;
}

export interface ModelAnswer {
  /** Every output of the definition, in any order. */
  readonly outputs: readonly Tensor[];
  /** Left out by models that neither queue nor split: all time was inference then. */
  readonly times?: InferenceTimes;
}

/** A model that the server offers. */
export interface Model {
  readonly definition: ModelDefinition;
  /** False while no request could be answered. */
  readonly ready: boolean;
  /** @throws ProtocolError for what the client shall be told; anything else becomes INTERNAL */
  infer(request: ModelRequest, context: InferenceContext): Promise<ModelAnswer>;
}
