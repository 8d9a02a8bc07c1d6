import { type CallContext, CallLimit, ModelCatalog, cancelTogether } from '@face/triton';
import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { cutFaces, encodeFaces } from '../detection/aligned-faces.js';
import { faceBody } from '../detection/face-body.js';
import { FaceFinder, callsAtATime } from '../detection/face-finder.js';
import { failedResult, hasFailed, hasSucceeded } from '../detection/image-outcome.js';
import { encodeEmbedding } from '../encoding/encode-embedding.js';
import type { HttpCallContext } from '../http/request-context.js';
import type { StageClock } from '../http/stage-clock.js';
import { EmbeddingBatches } from './embedding-batches.js';
import type { EmbeddingResult, EmbeddingsAnswer } from './embeddings.answer.js';
import type { EmbeddingsRequest } from './embeddings.request.js';
import { type EmbeddingForm, FaceEmbedder } from './face-embedder.js';

/** What a request asks for, with the settings where it says nothing. */
interface Wishes extends EmbeddingForm {
  /** Whether the faces themselves are wanted, too. */
  readonly aligned: boolean;
}

/** `/embeddings`: find the faces, cut them out, embed them. */
@Injectable()
export class ExtractionService {
  constructor(
    private readonly settings: Settings,
    private readonly catalog: ModelCatalog,
    private readonly finder: FaceFinder,
    private readonly embedder: FaceEmbedder,
  ) {}

  async embed(request: EmbeddingsRequest, context: HttpCallContext): Promise<EmbeddingsAnswer> {
    const { record } = context;
    const clock = record.startClock();
    record.images = request.images.length;
    // At the first request the model is asked.
    const extraction = await clock.measure('inference', () => this.catalog.extraction(context));
    const { contractId, dimension } = extraction.contract;
    const normalised = !(request.skip_embedding_normalization ?? this.settings.skipEmbeddingNormalization);
    const aligned = request.return_aligned_faces ?? this.settings.returnAligned;
    const results = await cancelTogether(context, (together) =>
      this.results(request, { normalised, aligned, extraction }, clock, together),
    );
    record.facesByImage = results.filter(hasSucceeded).map(({ num_faces }) => num_faces);
    return {
      results,
      timings_ms: clock.timings(),
      normalized_embeddings: normalised,
      included_aligned_faces: aligned,
      model: { contract_id: contractId, dimension },
    };
  }

  private async results(
    request: EmbeddingsRequest,
    wishes: Wishes,
    clock: StageClock,
    context: CallContext,
  ): Promise<EmbeddingResult[]> {
    const calls = new CallLimit(callsAtATime);
    const batches = new EmbeddingBatches(this.embedder.batchLimit(wishes.extraction), (faces) =>
      calls.run(context, () => clock.measure('inference', () => this.embedder.embed(faces, wishes, context))),
    );
    const outcomes = await this.finder.find(request, clock, context, async (found) => {
      const crops = await cutFaces(found, clock, context);
      const first = batches.add(crops);
      // Without the source: a decoded photo is not kept until the last one is done.
      const { image, faces } = found;
      return { image, faces, first, pictures: wishes.aligned ? await encodeFaces(crops, clock) : [] };
    });
    const embeddings = await batches.finish();
    return clock.measureHere('encode', () =>
      outcomes.map((outcome) => {
        if (hasFailed(outcome)) return failedResult(outcome);
        const own = embeddings.slice(outcome.first, outcome.first + outcome.faces.length);
        const faces = own.map((embedding, index) => ({
          ...faceBody(outcome.faces[index]!, outcome.pictures[index]),
          embedding: encodeEmbedding(embedding, request.encoding_format ?? 'float'),
        }));
        return { image_id: outcome.image.id, faces, num_faces: faces.length };
      }),
    );
  }
}
