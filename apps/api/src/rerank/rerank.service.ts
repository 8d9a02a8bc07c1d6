import { FaceReranker, TemplateMerger } from '@face/rerank';
import { Injectable } from '@nestjs/common';
import { chooseCalibration } from '../calibration/choose-calibration.js';
import { Settings } from '../config/settings.js';
import type { HttpCallContext } from '../http/request-context.js';
import { ComparableModel } from './comparable-model.js';
import type { MergeAnswer } from './merge.answer.js';
import type { MergeRequest } from './merge.request.js';
import type { EmbeddingValues } from './body/embedding-row.js';
import { rowMemory } from './body/row-memory.js';
import { readEmbeddings, type SentEmbeddings } from './read-embeddings.js';
import { refuseTooMany } from './refuse-too-many.js';
import type { RerankAnswer } from './rerank.answer.js';
import type { RerankCandidate, RerankRequest } from './rerank.request.js';
import type { SentEmbedding } from './sent-embedding.js';
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

  async rerank(request: RerankRequest, context: HttpCallContext): Promise<RerankAnswer> {
    const start = performance.now();
    const clock = context.record.startClock();
    context.record.candidates = request.candidates.length;
    const { candidates, query_embedding, threshold = this.settings.rerankThreshold } = request;
    refuseTooMany('candidates', candidates.length, this.settings.maxCandidates);
    const contract = await this.model.contract(request.contract_id, context);
    const { dimension } = contract;

    const [query, rows] = clock.measureHere('decode', () => [
      readEmbeddings(onlyQuery(query_embedding), dimension),
      readEmbeddings(embeddingsOf(candidates), dimension),
    ]);
    const calibration = chooseCalibration(this.settings.rerankCalibration, contract.calibration);
    const result = await clock.measure('rerank', () =>
      this.reranker.score({
        query,
        candidates: rows,
        dimension,
        threshold,
        calibration,
        gallerySize: request.gallery_size,
        subjects: candidates.map(({ subject = null }) => subject),
        signal: context.signal,
      }),
    );
    release(query, rows);
    const known = this.reranker.kind === 'legacy' ? null : calibration;
    return clock.measureHere('encode', () =>
      rerankAnswer(candidates, result, { threshold, calibration: known, start }),
    );
  }

  async merge(request: MergeRequest, context: HttpCallContext): Promise<MergeAnswer> {
    const start = performance.now();
    const clock = context.record.startClock();
    context.record.candidates = request.embeddings.length;
    const { embeddings, encoding_format: format = 'float' } = request;
    refuseTooMany('embeddings', embeddings.length, this.settings.maxCandidates);
    const contract = await this.model.contract(request.contract_id, context);

    const { dimension } = contract;
    const rows = clock.measureHere('decode', () => readEmbeddings(listed(embeddings), dimension));
    const merged = await clock.measure('merge', () => this.merger.merge({ embeddings: rows, dimension }));
    release(rows);
    return mergeAnswer(merged, contract, { format, start });
  }
}

function onlyQuery(sent: SentEmbedding): SentEmbeddings {
  const name = { path: 'query_embedding', name: 'the query' };
  return { length: 1, at: () => sent, nameOf: () => name };
}

function embeddingsOf(candidates: readonly RerankCandidate[]): SentEmbeddings {
  return {
    length: candidates.length,
    at: (index) => candidates[index]!.embedding,
    nameOf: (index) => ({
      path: `candidates[${index}].embedding`,
      name: `the candidate '${candidates[index]!.id.slice(0, 100)}' at index ${index}`,
    }),
  };
}

function listed(embeddings: readonly SentEmbedding[]): SentEmbeddings {
  return {
    length: embeddings.length,
    at: (index) => embeddings[index]!,
    nameOf: (index) => ({ path: `embeddings[${index}]`, name: `the embedding at index ${index}` }),
  };
}

/** Nobody reads the request's rows any more. Query and candidates may lie in one memory. */
function release(...rows: readonly EmbeddingValues[]): void {
  for (const memory of new Set(rows.map(({ buffer }) => buffer))) rowMemory.giveBack(memory);
}
