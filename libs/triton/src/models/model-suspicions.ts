import { FaceError } from '@face/errors';
import { isDeadProcess, isGrpcFailure } from '../failures/grpc-failure.js';

/** What speaks against a model that the server may go on calling ready. */
export interface Suspicion {
  /** Of the inference that failed. */
  readonly error: FaceError;
  /**
   * A process of the model has died. Others of the same model may still answer, so that one success says little; any
   * other failure may have been the fault of its input.
   */
  readonly dead: boolean;
}

/** Remembers how inferences ended inside of the models. */
export class ModelSuspicions {
  private readonly suspicions = new Map<string, Suspicion>();

  /** @param error of an inference; only what went wrong inside of the model counts, not overload or a deadline. */
  failed(model: string, error: FaceError): void {
    if (error.code !== 'triton_failed') return;
    const dead = isGrpcFailure(error.cause) && isDeadProcess(error.cause);
    if (dead || this.of(model)?.dead !== true) this.suspicions.set(model, { error, dead });
  }

  succeeded(model: string): void {
    if (this.of(model)?.dead === false) this.suspicions.delete(model);
  }

  of(model: string): Suspicion | undefined {
    return this.suspicions.get(model);
  }

  /** Drops this suspicion, unless there is a newer one. */
  dispel(model: string, suspicion: Suspicion): void {
    if (this.of(model) === suspicion) this.suspicions.delete(model);
  }
}
