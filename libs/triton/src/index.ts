export { abortError } from './abort-error.js';
export type { CallContext } from './call-context.js';
export { CallLimit } from './call-limit.js';
export { CallMetadata } from './call-metadata.js';
export { onTritonCall } from './call-timing.js';
export type { TritonCall } from './call-timing.js';
export type { TritonTls } from './channel-credentials.js';
export { cancelTogether } from './cancel-together.js';
export { grpcTarget } from './grpc-target.js';
export type { InputTensor } from './input-tensor.js';
export type { OutputSpec } from './match-outputs.js';
export { ModelCatalog } from './model-catalog.js';
export type { Extraction } from './model-catalog.js';
export { embeddingOutput } from './model-description.js';
export type { ModelDescription, TensorDescription } from './model-description.js';
export {
  countDatatypes,
  floatDatatypes,
  inputDatatypes,
  readCounts,
  readFloats,
  writeNumbers,
} from './tensor-values.js';
export type { CountDatatype, FloatDatatype, InputDatatype } from './tensor-values.js';
export { TritonClient } from './triton-client.js';
export { TRITON_OPTIONS, sharedMemoryModes } from './triton-options.js';
export type { SharedMemoryMode, TritonOptions } from './triton-options.js';
export { TritonReadiness } from './triton-readiness.js';
export type { Readiness } from './triton-readiness.js';
export { TritonModule } from './triton.module.js';
export type { TritonModuleAsyncOptions } from './triton.module.js';
