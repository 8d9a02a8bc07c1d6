import { alignedSize } from '@face/image';
import { FaceError } from '@face/errors';
import type { Tensor } from '@face/kserve';
import {
  type CallContext,
  type Extraction,
  type InputTensor,
  ModelCatalog,
  type OutputSpec,
  TritonClient,
  modelKey,
  readFloats,
  writeNumbers,
} from '@face/triton';
import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { extractionTensors } from './extraction-tensors.js';
import { normalise } from './normalise.js';

export interface EmbeddingForm {
  /** The model for all faces of the request. */
  readonly extraction: Extraction;
  /** Of unit length, or as the model gives it. */
  readonly normalised: boolean;
}

/** The extraction model behind its tensors. */
@Injectable()
export class FaceEmbedder {
  constructor(
    private readonly settings: Settings,
    private readonly client: TritonClient,
    private readonly catalog: ModelCatalog,
  ) {}

  /** Faces that go into one call. */
  batchLimit({ model }: Extraction): number {
    return this.catalog.batchLimit(model);
  }

  /**
   * One call with at most `batchLimit` faces.
   * @param faces BGR, 8 bit, 112 * 112 * 3 bytes each.
   * @returns the embedding of each face.
   * @throws FaceError as {@link TritonClient} does; `not_ready` when no replica has this model any more.
   */
  async embed(
    faces: readonly Uint8Array[],
    { extraction, normalised }: EmbeddingForm,
    context: CallContext,
  ): Promise<Float32Array[]> {
    const { extractionModel: model } = this.settings;
    const { face, embedding } = extractionTensors(extraction.model);
    const { dimension } = extraction.contract;
    const count = faces.length;
    const input = {
      name: face.name,
      datatype: face.datatype,
      shape: [count, alignedSize, alignedSize, 3],
      data: faces.map((pixels) => writeNumbers(face.datatype, pixels)),
    };
    const output = { name: embedding.name, datatype: embedding.datatype, shape: [count, dimension] };
    const embeddings = await this.infer(input, output, extraction, context);
    const values = readFloats(model, embeddings);
    return faces.map((_, index) => {
      const row = values.subarray(index * dimension, (index + 1) * dimension);
      return normalised ? normalise(model, row) : row;
    });
  }

  /** Once more when the replicas that had the model have gone, and others have the same by now. */
  private async infer(
    input: InputTensor,
    output: OutputSpec,
    extraction: Extraction,
    context: CallContext,
  ): Promise<Tensor> {
    const { extractionModel: name } = this.settings;
    const ask = async ({ replicas }: Extraction) =>
      (await this.client.infer(name, [input], { embeddings: output }, context, replicas)).embeddings;
    // Those of now: others that have the same model by the time it fails are no reason to give up.
    const before = [...extraction.replicas];
    try {
      return await ask(extraction);
    } catch (error) {
      if (!(error instanceof FaceError) || error.code !== 'not_ready') throw error;
      if (before.some((replica) => this.client.replicas.includes(replica))) throw error;
      const now = await this.catalog.extraction(context);
      if (modelKey(now.model) === modelKey(extraction.model)) return ask(now);
      throw new FaceError(
        'not_ready',
        `The model '${name}' was replaced by another one while the request ran. Try again.`,
        { cause: error, retryAfterSeconds: 1 },
      );
    }
  }
}
