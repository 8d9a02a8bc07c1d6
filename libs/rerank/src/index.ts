export { FaceReranker } from './face-reranker.js';
export type { Readiness } from './opened-library.js';
export type { RerankRequest, RerankScores, ScoreCalibration } from './rerank-request.js';
export { RerankModule, type RerankAsyncOptions } from './rerank.module.js';
export type { RerankOptions } from './rerank.options.js';
export {
  TemplateMerger,
  type MergedTemplate,
  type MergeRequest,
  type TemplateMember,
} from './template-merger.js';
