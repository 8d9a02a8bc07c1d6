/** The generated messages under names that read well. */
export type {
  InferParameter,
  InferTensorContents,
  ModelInferRequest,
  ModelInferRequest_InferInputTensor as InferInput,
  ModelInferRequest_InferRequestedOutputTensor as InferRequestedOutput,
  ModelInferResponse,
  ModelInferResponse_InferOutputTensor as InferOutput,
} from '../generated/inference/grpc_service.js';
