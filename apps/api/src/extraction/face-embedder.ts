import { alignedSize } from '@face/image';
import { type CallContext, ModelCatalog, TritonClient, readFloats, writeNumbers } from '@face/triton';
import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { extractionTensors } from './extraction-tensors.js';
import { normalise } from './normalise.js';

export interface EmbeddingForm {
  /** D, numbers of an embedding. */
  readonly dimension: number;
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
  async batchLimit(context: CallContext): Promise<number> {
    return this.catalog.batchLimit(await this.catalog.extraction(context));
  }

  /**
   * One call with at most `batchLimit` faces.
   * @param faces BGR, 8 bit, 112 * 112 * 3 bytes each.
   * @returns the embedding of each face.
   * @throws FaceError as {@link TritonClient} does.
   */
  async embed(
    faces: readonly Uint8Array[],
    { dimension, normalised }: EmbeddingForm,
    context: CallContext,
  ): Promise<Float32Array[]> {
    const { extractionModel: model } = this.settings;
    const { face, embedding } = extractionTensors(await this.catalog.extraction(context));
    const count = faces.length;
    const input = {
      name: face.name,
      datatype: face.datatype,
      shape: [count, alignedSize, alignedSize, 3],
      data: faces.map((pixels) => writeNumbers(face.datatype, pixels)),
    };
    const output = { name: embedding.name, datatype: embedding.datatype, shape: [count, dimension] };
    const { embeddings } = await this.client.infer(model, [input], { embeddings: output }, context);
    const values = readFloats(model, embeddings);
    return faces.map((_, index) => {
      const row = values.subarray(index * dimension, (index + 1) * dimension);
      return normalised ? normalise(model, row) : row;
    });
  }
}
