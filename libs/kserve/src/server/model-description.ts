import type {
  ModelMetadataResponse,
  RepositoryIndexResponse_ModelIndex,
} from '../generated/inference/grpc_service.js';
import { DataType, ModelConfig, ModelInstanceGroup_Kind } from '../generated/inference/model_config.js';
import type { Datatype } from '../tensor.js';
import type { Model, ModelDefinition, TensorSpec } from './model.js';

/** ModelMetadata: shapes with the batch dimension. */
export function modelMetadata(definition: ModelDefinition): ModelMetadataResponse {
  const describe = ({ name, datatype, dims }: TensorSpec) => ({
    name,
    datatype,
    shape: (definition.maxBatchSize > 0 ? [-1, ...dims] : dims).map(BigInt),
  });
  return {
    name: definition.name,
    versions: [String(definition.version)],
    platform: definition.platform,
    inputs: definition.inputs.map(describe),
    outputs: definition.outputs.map(describe),
  };
}

/** ModelConfig: dimensions without the batch. */
export function modelConfig(definition: ModelDefinition): ModelConfig {
  const describe = ({ name, datatype, dims }: TensorSpec) => ({
    name,
    dataType: configDatatype(datatype),
    dims: dims.map(BigInt),
  });
  return ModelConfig.fromPartial({
    name: definition.name,
    platform: definition.platform === 'ensemble' ? definition.platform : '',
    backend: definition.backend,
    versionPolicy: { policyChoice: { $case: 'latest', value: { numVersions: 1 } } },
    maxBatchSize: definition.maxBatchSize,
    input: definition.inputs.map(describe),
    output: definition.outputs.map(describe),
    instanceGroup: [
      { name: `${definition.name}_0`, count: definition.instances, kind: ModelInstanceGroup_Kind.KIND_CPU },
    ],
    parameters: Object.fromEntries(
      Object.entries(definition.parameters).map(([key, stringValue]) => [key, { stringValue }]),
    ),
  });
}

/** One line of RepositoryIndex. */
export function modelIndex({ definition, ready }: Model): RepositoryIndexResponse_ModelIndex {
  return {
    name: definition.name,
    version: String(definition.version),
    state: ready ? 'READY' : 'UNAVAILABLE',
    reason: ready ? '' : 'no worker is ready',
  };
}

function configDatatype(datatype: Datatype): DataType {
  return datatype === 'BYTES' ? DataType.TYPE_STRING : DataType[`TYPE_${datatype}`];
}
