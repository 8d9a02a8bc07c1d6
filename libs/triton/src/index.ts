export { abortError } from './calls/abort-error.js';
export type { CallContext } from './calls/call-context.js';
export { CallLimit } from './calls/call-limit.js';
export { CallMetadata } from './connection/call-metadata.js';
export { onTritonCall } from './calls/call-timing.js';
export type { TritonCall } from './calls/call-timing.js';
export type { TritonTls } from './connection/channel-credentials.js';
export { cancelTogether } from './calls/cancel-together.js';
export { grpcTarget } from './connection/grpc-target.js';
export type { InputTensor } from './tensors/input-tensor.js';
export type { OutputSpec } from './tensors/match-outputs.js';
export { ModelCatalog } from './models/model-catalog.js';
export type { Extraction } from './models/model-catalog.js';
export { embeddingOutput, modelKey } from './models/model-description.js';
export type { ModelDescription, TensorDescription } from './models/model-description.js';
export {
  countDatatypes,
  floatDatatypes,
  inputDatatypes,
  readCounts,
  readFloats,
  writeNumbers,
} from './tensors/tensor-values.js';
export type { CountDatatype, FloatDatatype, InputDatatype } from './tensors/tensor-values.js';
export { TritonClient } from './triton-client.js';
export { TRITON_OPTIONS, sharedMemoryModes } from './triton-options.js';
export type { SharedMemoryMode, TritonOptions } from './triton-options.js';
export { TritonReadiness } from './models/triton-readiness.js';
export type { Readiness } from './models/triton-readiness.js';
export { TritonModule } from './triton.module.js';
export type { TritonModuleAsyncOptions } from './triton.module.js';
