import { FaceError } from '@face/errors';
import { type ModelContract, readContractParameters } from '@face/kserve';
import { Inject, Injectable } from '@nestjs/common';
import type { CallContext } from '../calls/call-context.js';
import { type ModelDescription, embeddingOutput } from './model-description.js';
import { type ReplicaModel, ReplicaModels } from './replica-models.js';
import type { ReplicaId } from '../connection/replicas.js';
import { TritonClient } from '../triton-client.js';
import { TRITON_OPTIONS, type TritonOptions } from '../triton-options.js';
import { withinContext } from '../calls/within-context.js';

/** A server can load another version of a model while it runs; later than this nobody works with the old one. */
const maxAgeMs = 60_000;
/** Of the questions to the server, which several requests may wait for and none of them may cut short. */
const timeoutMs = 5_000;

interface Entry {
  readonly epoch: string;
  readonly askedAt: number;
  readonly description: Promise<ModelDescription>;
}

/** An extraction model, what must be known of its embeddings, and who makes them. */
export interface Extraction {
  readonly model: ModelDescription;
  readonly contract: ModelContract;
  readonly replicas: Iterable<ReplicaId>;
}

/** What the two models tell of themselves: asked once, and again after a reconnect, a failed call or a minute. */
@Injectable()
export class ModelCatalog {
  private readonly entries = new Map<string, Entry>();
  private readonly extractions: ReplicaModels;

  constructor(
    private readonly client: TritonClient,
    @Inject(TRITON_OPTIONS) private readonly options: TritonOptions,
  ) {
    const { extractionModel: name } = options;
    this.extractions = new ReplicaModels(
      {
        get replicas() {
          return client.replicas;
        },
        failures: () => client.failuresOf(name),
        describe: (replica) => client.describe(name, ownContext(), { replica }),
      },
      maxAgeMs,
    );
  }

  detection(context: CallContext): Promise<ModelDescription> {
    return this.describe(this.options.detectionModel, context);
  }

  /**
   * The extraction model of this moment. Replicas may have different ones while a new one is rolled out: embeddings have
   * to come from those that it names, and the same for all of a request.
   * @throws FaceError `triton_misconfigured` when its dimension is not the one that the settings ask for, or its
   * parameters cannot be read.
   */
  async extraction(context: CallContext): Promise<Extraction> {
    const { model, replicas } = await this.currentExtraction(context);
    return { model, replicas, contract: this.contractOf(model) };
  }

  /** What one must know of the extraction model to keep and compare its embeddings. Throws as `extraction` does. */
  async contract(context: CallContext): Promise<ModelContract> {
    return (await this.extraction(context)).contract;
  }

  /** Extraction models that replicas have beside the one of most of them, as far as they have told. */
  get otherExtractions(): readonly ReplicaModel[] {
    return this.extractions.groups().slice(1);
  }

  private async currentExtraction(context: CallContext): Promise<ReplicaModel> {
    const current = await this.extractions.current(context);
    if (current !== undefined) return current;
    // This connects, or tells why there is no connection.
    await this.client.describe(this.options.extractionModel, context);
    const connected = await this.extractions.current(context);
    if (connected !== undefined) return connected;
    throw new FaceError('not_ready', 'The connection to the model server was lost. Try again shortly.', {
      retryAfterSeconds: 1,
    });
  }

  private contractOf(model: ModelDescription): ModelContract {
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
    try {
      return await this.client.describe(name, ownContext());
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

/** Of a question that outlives the request for which it was asked. */
function ownContext(): CallContext {
  return { signal: new AbortController().signal, deadline: Date.now() + timeoutMs };
}
