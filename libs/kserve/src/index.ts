export {
  defaultCalibration,
  flipMerges,
  readContractParameters,
  writeContractParameters,
} from './model-contract.js';
export type { FlipMerge, ModelContract, RerankCalibration } from './model-contract.js';
export { datatypeBytes } from './tensor.js';
export type { Datatype, FixedDatatype, Tensor } from './tensor.js';
export {
  decodeInferRequest,
  decodeInferResponse,
  encodeInferRequest,
  encodeInferResponse,
} from './infer-codec.js';
export { healthService, inferenceService } from './services.js';
export type {
  InferParameter,
  InferStatistics,
  InferTensorContents,
  ModelConfigResponse,
  ModelInferRequest,
  ModelInferRequest_InferInputTensor as InferInput,
  ModelInferRequest_InferRequestedOutputTensor as InferRequestedOutput,
  ModelInferResponse,
  ModelInferResponse_InferOutputTensor as InferOutput,
  ModelMetadataResponse,
  ModelMetadataResponse_TensorMetadata as TensorMetadata,
  ModelReadyResponse,
  ModelStatistics,
  ModelStatisticsResponse,
  RepositoryIndexResponse,
  RepositoryIndexResponse_ModelIndex as ModelIndex,
  ServerMetadataResponse,
} from './generated/inference/grpc_service.js';
export { DataType } from './generated/inference/model_config.js';
export type { ModelConfig, ModelInput, ModelOutput } from './generated/inference/model_config.js';
export { HealthCheckResponse_ServingStatus as ServingStatus } from './generated/grpc/health/v1/health.js';
export { onInference } from './server/inference-record.js';
export type { InferenceCall } from './server/inference-record.js';
export { KserveServer } from './server/kserve-server.js';
export type { KserveServerOptions } from './server/kserve-server.js';
export type {
  InferenceContext,
  InferenceTimes,
  InputTensor,
  Model,
  ModelAnswer,
  ModelDefinition,
  ModelRequest,
  TensorSpec,
} from './server/model.js';
export { ProtocolError, invalidArgument, queueFull, requestLabel } from './server/protocol-error.js';
export type { Log, LogLevels } from './server/log-settings.js';
export { SharedBytes } from './server/shared-memory/shared-region.js';
export type { SharedMemoryOptions } from './server/shared-memory/shared-regions.js';
