export { countRows, type EmbeddingRows } from './embedding-rows.js';
export type { FullRerank, RerankCall, RerankMode, RerankOutcome } from './full-rerank.js';
export { legacyDimension, type LegacyRerank } from './legacy-rerank.js';
export {
  MergeLibrary,
  type FlipMode,
  type MergeCall,
  type MergeMethod,
  type MergeOutcome,
} from './merge-library.js';
export { RerankLibrary } from './rerank-library.js';
