import { FaceError } from '@face/errors';
import type { ModelContract } from '@face/kserve';
import { ModelCatalog, type CallContext } from '@face/triton';
import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';

/** What says that Triton is away or busy, not that it is wrong. */
const transient: readonly FaceError['code'][] = [
  'not_ready',
  'overloaded',
  'triton_failed',
  'deadline_exceeded',
];

/** Milliseconds for the model to tell of itself when something is known already: scoring must not hang with Triton. */
const patienceMs = 250;

/**
 * The model whose embeddings a request brings. Scoring needs no inference, so while Triton is away the last
 * thing it told holds, or the dimension of the settings.
 */
@Injectable()
export class ComparableModel {
  #last: ModelContract | undefined;

  constructor(
    private readonly catalog: ModelCatalog,
    { embeddingDimension: dimension }: Settings,
  ) {
    if (dimension !== undefined) {
      this.#last = { contractId: null, dimension, flipMerge: null, calibration: null };
    }
  }

  /**
   * @param contractId of the model that made the embeddings, if the caller knows it.
   * @throws FaceError `contract_mismatch` when it is another model; what the catalog throws when nothing is known.
   */
  async contract(contractId: string | undefined, context: CallContext): Promise<ModelContract> {
    const contract = await this.#current(context);
    if (contractId !== undefined && contract.contractId !== null && contractId !== contract.contractId) {
      throw new FaceError(
        'contract_mismatch',
        `The embeddings are of the model with contract id '${contractId}', this server has '${contract.contractId}': ` +
          'vectors of different models cannot be compared.',
      );
    }
    return contract;
  }

  async #current(context: CallContext): Promise<ModelContract> {
    // While nothing is known, a request waits as long as it may.
    const patience = this.#last === undefined ? context.deadline : Date.now() + patienceMs;
    try {
      this.#last = await this.catalog.contract({
        ...context,
        deadline: Math.min(context.deadline, patience),
      });
      return this.#last;
    } catch (error) {
      const away = error instanceof FaceError && transient.includes(error.code) && !context.signal.aborted;
      if (away && this.#last !== undefined) return this.#last;
      throw error;
    }
  }
}
