import { status } from '@grpc/grpc-js';
import { Injectable } from '@nestjs/common';
import { type ErrorCode, FaceError } from '@face/errors';
import { type Tensor, inferenceService } from '@face/kserve';
import type { CallContext } from './calls/call-context.js';
import { isGrpcFailure } from './failures/grpc-failure.js';
import { inferRequest } from './tensors/infer-request.js';
import { InferenceLimit } from './calls/inference-limit.js';
import type { InputTensor } from './tensors/input-tensor.js';
import { type OutputSpec, matchOutputs } from './tensors/match-outputs.js';
import { type ModelDescription, describeModel } from './models/model-description.js';
import { ModelSuspicions, type Suspicion } from './models/model-suspicions.js';
import type { ReplicaId } from './connection/replicas.js';
import { SharedMemory } from './shared-memory/shared-memory.js';
import { TritonConnection } from './connection/triton-connection.js';

/** Failures after which a model may be another one than before. Not overload or a deadline: asking adds to them. */
const changing: readonly ErrorCode[] = ['triton_failed', 'triton_misconfigured', 'not_ready'];

/**
 * Asks a server of the KServe v2 protocol. Every method ends with its context and throws FaceError `overloaded`,
 * `not_ready`, `deadline_exceeded`, `cancelled`, `triton_failed` or `triton_misconfigured`.
 */
@Injectable()
export class TritonClient {
  private readonly failures = new Map<string, number>();
  private readonly suspicions = new ModelSuspicions();

  constructor(
    private readonly connection: TritonConnection,
    private readonly sharedMemory: SharedMemory,
    private readonly limit: InferenceLimit,
  ) {}

  /**
   * Runs a model once, when there is a place for one more call.
   * @param outputs the tensors that are wanted, under names of the caller's own.
   * @param replicas that may be asked; undefined: any. When none of them is connected any more it is `not_ready`.
   * @returns the tensors under these names, checked: views into one message.
   */
  async infer<Key extends string>(
    model: string,
    inputs: readonly InputTensor[],
    outputs: Readonly<Record<Key, OutputSpec>>,
    context: CallContext,
    replicas?: Iterable<ReplicaId>,
  ): Promise<Record<Key, Tensor>> {
    return this.limit.run(context, () => this.probe(model, inputs, outputs, context, replicas));
  }

  /** The same without waiting for a place, for those who have to know whether it works. */
  async probe<Key extends string>(
    model: string,
    inputs: readonly InputTensor[],
    outputs: Readonly<Record<Key, OutputSpec>>,
    context: CallContext,
    replicas?: Iterable<ReplicaId>,
  ): Promise<Record<Key, Tensor>> {
    const subject = { model, retry: true, replicas };
    try {
      const response = await this.sharedMemory.send(inputs, (sent) => {
        const request = inferRequest(model, sent, Object.values(outputs), context.requestId ?? '');
        return this.connection.call(inferenceService.modelInfer, request, subject, context);
      });
      const tensors = matchOutputs(model, response, outputs);
      this.suspicions.succeeded(model);
      return tensors;
    } catch (error) {
      if (error instanceof FaceError) {
        this.suspicions.failed(model, error);
        if (changing.includes(error.code)) this.failures.set(model, (this.failures.get(model) ?? 0) + 1);
      }
      throw error;
    }
  }

  /** Inferences of this process: with the server, and waiting for their turn. */
  get load(): { readonly running: number; readonly waiting: number } {
    return this.limit.load;
  }

  /** Whether all models of the server are ready, also those that we do not use. */
  async serverReady(context: CallContext): Promise<boolean> {
    const answer = await this.connection.call(inferenceService.serverReady, {}, { retry: false }, context);
    return answer.ready;
  }

  /** False for a model that the server does not know, too. */
  async modelReady(model: string, context: CallContext): Promise<boolean> {
    const request = { name: model, version: '' };
    const answer = await this.connection.call(
      inferenceService.modelReady,
      request,
      { model, retry: false },
      context,
    );
    return answer.ready;
  }

  /** Asks the server each time; {@link ModelCatalog} remembers. */
  async describe(
    model: string,
    context: CallContext,
    { retry = true, replica }: { readonly retry?: boolean; readonly replica?: ReplicaId } = {},
  ): Promise<ModelDescription> {
    const request = { name: model, version: '' };
    const subject = { model, retry, replicas: replica === undefined ? undefined : [replica] };
    const [metadata, answer] = await Promise.all([
      this.connection.call(inferenceService.modelMetadata, request, subject, context),
      this.connection.call(inferenceService.modelConfig, request, subject, context).catch(undefinedIfAbsent),
    ]);
    return describeModel(metadata, answer?.config);
  }

  /** Changes when what was known of a model may be wrong: after a new connection, and after a failed call. */
  epoch(model: string): string {
    return `${this.connection.generation}.${this.failuresOf(model)}`;
  }

  /** Replicas that are connected, the longest connected first; none before the first call. */
  get replicas(): readonly ReplicaId[] {
    return this.connection.replicas;
  }

  /** Calls that failed in a way after which the model may be another one. */
  failuresOf(model: string): number {
    return this.failures.get(model) ?? 0;
  }

  /** Changes with each connection after the first: behind a new one may stand another server. */
  get generation(): number {
    return this.connection.generation;
  }

  /** What the last inferences tell against a model. Triton goes on calling it ready, also when it never recovers. */
  suspicion(model: string): Suspicion | undefined {
    return this.suspicions.of(model);
  }

  /** For those who have found out that the model works again. */
  dispel(model: string, suspicion: Suspicion): void {
    this.suspicions.dispel(model, suspicion);
  }
}

/** ModelConfig is an extension of Triton. */
function undefinedIfAbsent(error: unknown): undefined {
  const cause = error instanceof FaceError ? error.cause : undefined;
  if (isGrpcFailure(cause) && cause.code === status.UNIMPLEMENTED) return undefined;
  throw error;
}
