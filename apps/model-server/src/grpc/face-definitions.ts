import type { ModelContract, ModelDefinition } from '@face/kserve';
import { writeContractParameters } from '@face/kserve';

/** As production's ensembles have it. */
const maxBatchSize = 8;

/** Height and width of an aligned face. */
export const faceSize = 112;

/**
 * The two models, with the tensors that production's have. Each is one step here; clients see no difference to the
 * ensembles of pre-processing, network and post-processing that they are there.
 * @param instances images or faces that are worked on side by side
 */
export function detectionDefinition({ contractId }: ModelContract, instances: number): ModelDefinition {
  return {
    ...common,
    name: 'detection',
    inputs: [
      { name: 'input_0', datatype: 'UINT8', dims: [-1, -1, 3] },
      { name: 'input_1', datatype: 'FP32', dims: [2] },
      { name: 'input_2', datatype: 'FP32', dims: [2] },
    ],
    outputs: [
      { name: 'output_0', datatype: 'FP32', dims: [5] },
      { name: 'output_1', datatype: 'FP32', dims: [10] },
      { name: 'output_2', datatype: 'INT32', dims: [1] },
    ],
    parameters: writeContractParameters({ contractId, dimension: 0, flipMerge: null, calibration: null }),
    instances,
  };
}

/** See `detectionDefinition`; the calibration of reranking travels with the model whose vectors it is for. */
export function extractionDefinition(contract: ModelContract, instances: number): ModelDefinition {
  return {
    ...common,
    name: 'extraction',
    inputs: [{ name: 'input_0', datatype: 'UINT8', dims: [faceSize, faceSize, 3] }],
    outputs: [{ name: 'output_0', datatype: 'FP32', dims: [contract.dimension] }],
    parameters: writeContractParameters(contract),
    instances,
  };
}

const common = { version: 1, platform: 'ensemble', backend: '', maxBatchSize } as const;
