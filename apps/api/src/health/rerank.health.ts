import { FaceError } from '@face/errors';
import { FaceReranker } from '@face/rerank';
import { ModelCatalog } from '@face/triton';
import { Injectable } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { Settings } from '../config/settings.js';
import { probeContext } from './probe-context.js';

/** The dimension of production's model, and of the legacy rerank function. */
const usualDimension = 1024;

/** Whether the rerank library can score vectors of the model's dimension. */
@Injectable()
export class RerankHealthIndicator {
  #dimension: number;

  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly reranker: FaceReranker,
    private readonly catalog: ModelCatalog,
    settings: Settings,
  ) {
    this.#dimension = settings.embeddingDimension ?? usualDimension;
  }

  async check<const Key extends string>(key: Key) {
    const indicator = this.indicators.check(key);
    const { ready, reason } = this.reranker.ready(await this.#currentDimension());
    return ready ? indicator.up() : indicator.down({ reason: reason ?? 'The rerank library is not ready.' });
  }

  /** The last one that was told while Triton is away: that is another indicator's business. */
  async #currentDimension(): Promise<number> {
    try {
      this.#dimension = (await this.catalog.contract(probeContext())).dimension;
    } catch (error) {
      if (!(error instanceof FaceError)) throw error;
    }
    return this.#dimension;
  }
}
