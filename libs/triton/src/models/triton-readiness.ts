import { FaceError } from '@face/errors';
import { Inject, Injectable } from '@nestjs/common';
import type { CallContext } from '../calls/call-context.js';
import { ModelCatalog } from './model-catalog.js';
import type { ModelDescription } from './model-description.js';
import { ModelTrials } from './model-trials.js';
import { TritonClient } from '../triton-client.js';
import { TRITON_OPTIONS, type TritonOptions } from '../triton-options.js';

export type Readiness =
  /** `warning`: what somebody has to look after all the same. */
  | { readonly ready: true; readonly warning?: FaceError }
  | { readonly ready: false; readonly error: FaceError };

/** Whether the two models can be used now, for health checks and the start. */
@Injectable()
export class TritonReadiness {
  constructor(
    private readonly client: TritonClient,
    private readonly catalog: ModelCatalog,
    private readonly trials: ModelTrials,
    @Inject(TRITON_OPTIONS) private readonly options: TritonOptions,
  ) {}

  /**
   * Asks for our two models, not for the whole server: another model that failed to load would make that unready. Their
   * metadata have to fit the settings; and a model whose last inference failed has to pass a tiny one, because Triton
   * calls a model ready whose process has died.
   */
  async check(context: CallContext): Promise<Readiness> {
    try {
      const warnings = await Promise.all([
        this.checkModel(this.options.detectionModel, context, () => this.catalog.detection(context)),
        this.checkModel(
          this.options.extractionModel,
          context,
          async () => (await this.catalog.extraction(context)).model,
        ),
      ]);
      const warning = warnings.find((each) => each !== undefined) ?? this.mixture();
      return { ready: true, ...(warning === undefined ? {} : { warning }) };
    } catch (error) {
      if (error instanceof FaceError) return { ready: false, error };
      throw error;
    }
  }

  /** @returns that replicas have different models, as while a new one is rolled out; else undefined */
  private mixture(): FaceError | undefined {
    const others = this.catalog.otherExtractions.flatMap(({ replicas }) => [...replicas]).length;
    if (others === 0) return undefined;
    return new FaceError(
      'triton_misconfigured',
      `${others} of the replicas of the model server have another model '${this.options.extractionModel}' than most: ` +
        'they are left out until most have it.',
    );
  }

  /** @returns what is wrong with a model that works for some requests. */
  private async checkModel(
    name: string,
    context: CallContext,
    describe: () => Promise<ModelDescription>,
  ): Promise<FaceError | undefined> {
    if (!(await this.client.modelReady(name, context))) {
      // ModelReady is the same for a model that is loading, or could not be, and for one that is not there.
      await this.client.describe(name, context, { retry: false });
      throw new FaceError('not_ready', `The model '${name}' is not ready on the model server.`, {
        retryAfterSeconds: 1,
      });
    }
    const description = await describe();
    const suspicion = this.client.suspicion(name);
    if (suspicion === undefined) return undefined;
    const verdict = await this.trials.verdict(description, suspicion, context).catch((error: unknown) => {
      // Of this asker only: the trial goes on, and the next one is told how it ended.
      if (error instanceof FaceError) throw suspicion.error;
      throw error;
    });
    if (verdict.works === 'none') throw verdict.error;
    return verdict.works === 'partly' ? verdict.error : undefined;
  }
}
