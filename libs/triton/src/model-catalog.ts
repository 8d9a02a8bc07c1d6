import { FaceError } from '@face/errors';
import { type ModelContract, readContractParameters } from '@face/kserve';
import { Inject, Injectable } from '@nestjs/common';
import type { CallContext } from './call-context.js';
import { type ModelDescription, embeddingOutput } from './model-description.js';
import { TritonClient } from './triton-client.js';
import { TRITON_OPTIONS, type TritonOptions } from './triton-options.js';
import { withinContext } from './within-context.js';

/** A server can load another version of a model while it runs; later than this nobody works with the old one. */
const maxAgeMs = 60_000;
/** Of the questions to the server, which several requests may wait for and none of them may cut short. */
const timeoutMs = 5_000;

interface Entry {
  readonly epoch: string;
  readonly askedAt: number;
  readonly description: Promise<ModelDescription>;
}

/** What the two models tell of themselves: asked once, and again after a reconnect, a failed call or a minute. */
@Injectable()
export class ModelCatalog {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly client: TritonClient,
    @Inject(TRITON_OPTIONS) private readonly options: TritonOptions,
  ) {}

  detection(context: CallContext): Promise<ModelDescription> {
    return this.describe(this.options.detectionModel, context);
  }

  extraction(context: CallContext): Promise<ModelDescription> {
    return this.describe(this.options.extractionModel, context);
  }

  /**
   * What one must know of the extraction model to keep and compare its embeddings.
   * @throws FaceError `triton_misconfigured` when its dimension is not the one that the settings ask for, or its
   * parameters cannot be read.
   */
  async contract(context: CallContext): Promise<ModelContract> {
    const model = await this.extraction(context);
    const dimension = this.dimensionOf(model);
    try {
      return readContractParameters(model.parameters, dimension);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new FaceError('triton_misconfigured', `In the config of the model '${model.name}': ${reason}.`, {
        cause: error,
      });
    }
  }

  /** Items that go into one call: the model's limit, or the one of the settings when the model tells none. */
  batchLimit(model: ModelDescription): number {
    return model.maxBatchSize ?? this.options.maxBatchSize;
  }

  private describe(name: string, context: CallContext): Promise<ModelDescription> {
    const epoch = this.client.epoch(name);
    let entry = this.entries.get(name);
    if (entry?.epoch !== epoch || Date.now() - entry.askedAt > maxAgeMs) {
      entry = { epoch, askedAt: Date.now(), description: this.ask(name) };
      this.entries.set(name, entry);
    }
    return withinContext(entry.description, context);
  }

  private async ask(name: string): Promise<ModelDescription> {
    const context = { signal: new AbortController().signal, deadline: Date.now() + timeoutMs };
    try {
      return await this.client.describe(name, context);
    } catch (error) {
      this.entries.delete(name);
      throw error;
    }
  }

  private dimensionOf(model: ModelDescription): number {
    const { expectedDimension } = this.options;
    const told = embeddingOutput(model).shape[1] ?? -1;
    if (told <= 0 && expectedDimension === undefined) {
      throw new FaceError(
        'triton_misconfigured',
        `The model '${model.name}' does not tell the dimension of its embeddings: set FACE_V3_EMBEDDING_DIMENSION.`,
      );
    }
    if (told > 0 && expectedDimension !== undefined && told !== expectedDimension) {
      throw new FaceError(
        'triton_misconfigured',
        `FACE_V3_EMBEDDING_DIMENSION is ${expectedDimension}, but the model '${model.name}' gives embeddings of ` +
          `${told} numbers. Unset it, or set it to ${told}.`,
      );
    }
    return told > 0 ? told : (expectedDimension ?? told);
  }
}
