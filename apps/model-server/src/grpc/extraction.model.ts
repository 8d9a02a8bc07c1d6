import type {
  InferenceContext,
  Model,
  ModelAnswer,
  ModelContract,
  ModelDefinition,
  ModelRequest,
} from '@face/kserve';
import type { FaceScheduler } from '../scheduler/face-scheduler.js';
import { extractionDefinition, faceSize } from './face-definitions.js';
import { summarise } from './inference-times.js';
import { inputOf, joinFloats, takeItem } from './tensor-access.js';

/** `extraction`: the embeddings of up to eight aligned faces. */
export class ExtractionModel implements Model {
  readonly definition: ModelDefinition;
  private readonly dimension: number;

  constructor(
    private readonly scheduler: FaceScheduler,
    contract: ModelContract,
  ) {
    this.definition = extractionDefinition(contract, scheduler.threads);
    this.dimension = contract.dimension;
  }

  get ready(): boolean {
    return this.scheduler.ready;
  }

  async infer(request: ModelRequest, context: InferenceContext): Promise<ModelAnswer> {
    const arrived = process.hrtime.bigint();
    const faces = inputOf(request, 'input_0');
    const jobs = Array.from({ length: request.batchSize }, (_, index) => ({
      bytes: faceSize * faceSize * 3,
      prepare: () => {
        const { bytes: face, transfer, release } = takeItem(faces, index);
        return { job: { kind: 'embed' as const, face }, transfer, release };
      },
    }));
    const results = await this.scheduler.run(request.id, jobs, context);
    const embeddings = results.map(({ result }) => result).filter((result) => result.kind === 'embed');
    const data = joinFloats(embeddings.map(({ embedding }) => embedding));
    if (data.byteLength !== 4 * request.batchSize * this.dimension) {
      throw new Error(
        `${request.batchSize} faces gave ${data.byteLength} bytes, not ${this.dimension} numbers each`,
      );
    }
    const shape = [request.batchSize, this.dimension];
    return {
      outputs: [{ name: 'output_0', datatype: 'FP32', shape, data }],
      times: summarise(arrived, results),
    };
  }
}
