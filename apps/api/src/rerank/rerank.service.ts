import { FaceError } from '@face/errors';
import { FaceReranker, TemplateMerger } from '@face/rerank';
import type { CallContext } from '@face/triton';
import { Injectable } from '@nestjs/common';
import { chooseCalibration } from '../calibration/choose-calibration.js';
import { Settings } from '../config/settings.js';
import { ComparableModel } from './comparable-model.js';
import type { MergeAnswer } from './merge.answer.js';
import type { MergeRequest } from './merge.request.js';
import { readEmbeddings } from './read-embeddings.js';
import type { RerankAnswer } from './rerank.answer.js';
import type { RerankRequest } from './rerank.request.js';
import { mergeAnswer, rerankAnswer } from './write-answers.js';

/** Scores candidates and merges templates: reads vectors, hands them to the native libraries, writes answers. */
@Injectable()
export class RerankService {
  constructor(
    private readonly settings: Settings,
    private readonly model: ComparableModel,
    private readonly reranker: FaceReranker,
    private readonly merger: TemplateMerger,
  ) {}

  async rerank(request: RerankRequest, context: CallContext): Promise<RerankAnswer> {
    const start = performance.now();
    const { candidates, query_embedding, threshold = this.settings.rerankThreshold } = request;
    this.refuseTooMany('candidates', candidates.length);
    const contract = await this.model.contract(request.contract_id, context);
    const { dimension } = contract;

    // The query is row 0, so that query and candidates are of one type.
    const rows = readEmbeddings(candidates.length + 1, dimension, (index) => {
      const candidate = candidates[index - 1];
      return candidate === undefined
        ? { sent: query_embedding, path: 'query_embedding', name: 'the query' }
        : {
            sent: candidate.embedding,
            path: `candidates[${index - 1}].embedding`,
            name: `the candidate '${candidate.id.slice(0, 100)}' at index ${index - 1}`,
          };
    });
    const calibration = chooseCalibration(this.settings.rerankCalibration, contract.calibration);
    const result = await this.reranker.score({
      query: rows.subarray(0, dimension),
      candidates: rows.subarray(dimension),
      dimension,
      threshold,
      calibration,
      gallerySize: request.gallery_size,
      subjects: candidates.map(({ subject = null }) => subject),
    });
    const known = this.reranker.kind === 'legacy' ? null : calibration;
    return rerankAnswer(candidates, result, { threshold, calibration: known, start });
  }

  async merge(request: MergeRequest, context: CallContext): Promise<MergeAnswer> {
    const start = performance.now();
    const { embeddings, encoding_format: format = 'float' } = request;
    this.refuseTooMany('embeddings', embeddings.length);
    const contract = await this.model.contract(request.contract_id, context);

    const rows = readEmbeddings(embeddings.length, contract.dimension, (index) => ({
      sent: embeddings[index] ?? [],
      path: `embeddings[${index}]`,
      name: `the embedding at index ${index}`,
    }));
    const merged = await this.merger.merge({ embeddings: rows, dimension: contract.dimension });
    return mergeAnswer(merged, contract, { format, start });
  }

  private refuseTooMany(what: string, count: number): void {
    const { maxCandidates } = this.settings;
    if (count <= maxCandidates) return;
    throw new FaceError(
      'too_many_candidates',
      `The request has ${count} ${what}, at most ${maxCandidates} are allowed.`,
    );
  }
}
