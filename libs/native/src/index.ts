export { defaultLibraryPath } from './default-library-path.js';
export { countRows, type EmbeddingRows } from './embedding-rows.js';
export { freeMemoryReturn } from './free-memory.js';
export type { FullRerank, RerankCall, RerankMode, RerankOutcome } from './full-rerank.js';
export { legacyDimension, type LegacyRerank } from './legacy-rerank.js';
export {
  MergeLibrary,
  type FlipMode,
  type MergeCall,
  type MergeMethod,
  type MergeOutcome,
} from './merge-library.js';
export { onNativeCall, type NativeCall } from './native-call-timing.js';
export type { PixelLibrary } from './pixel-library.js';
export { pixelLibrary } from './project-pixel-library.js';
export { RerankLibrary } from './rerank-library.js';
