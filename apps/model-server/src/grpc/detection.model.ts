import {
  type InferenceContext,
  type Model,
  type ModelAnswer,
  type ModelContract,
  type ModelDefinition,
  type ModelRequest,
  invalidArgument,
  requestLabel,
} from '@face/kserve';
import type { FaceScheduler } from '../scheduler/face-scheduler.js';
import { detectionDefinition } from './face-definitions.js';
import { summarise } from './inference-times.js';
import { floatRows, inputOf, joinFloats, takeItem } from './tensor-access.js';

/** `detection`: the faces of up to eight pictures of one size. */
export class DetectionModel implements Model {
  readonly definition: ModelDefinition;

  constructor(
    private readonly scheduler: FaceScheduler,
    contract: ModelContract,
  ) {
    this.definition = detectionDefinition(contract, scheduler.threads);
  }

  get ready(): boolean {
    return this.scheduler.ready;
  }

  async infer(request: ModelRequest, context: InferenceContext): Promise<ModelAnswer> {
    const arrived = process.hrtime.bigint();
    const images = inputOf(request, 'input_0');
    const [, height = 0, width = 0] = images.shape;
    if (height === 0 || width === 0) {
      throw invalidArgument(
        `${requestLabel(request.id)}input 'input_0' for model 'detection' holds no pixels: [${images.shape.join(',')}]`,
      );
    }
    const scales = floatRows(inputOf(request, 'input_1'));
    const centres = floatRows(inputOf(request, 'input_2'));
    const jobs = Array.from({ length: request.batchSize }, (_, index) => ({
      bytes: height * width * 3,
      prepare: () => {
        const { bytes: image, transfer, release } = takeItem(images, index);
        const scale = pair(scales, index);
        const centre = pair(centres, index);
        return {
          job: { kind: 'detect' as const, image, height, width, scale, centre },
          transfer,
          release,
        };
      },
    }));
    const results = await this.scheduler.run(request.id, jobs, context);
    const faces = results.map(({ result }) => result).filter((result) => result.kind === 'detect');
    const boxes = joinFloats(faces.map((face) => face.boxes));
    const landmarks = joinFloats(faces.map((face) => face.landmarks));
    const counts = Int32Array.from(faces, (face) => face.boxes.length / 5);
    const total = boxes.byteLength / (4 * 5);
    return {
      outputs: [
        { name: 'output_0', datatype: 'FP32', shape: [total, 5], data: boxes },
        { name: 'output_1', datatype: 'FP32', shape: [total, 10], data: landmarks },
        {
          name: 'output_2',
          datatype: 'INT32',
          shape: [counts.length, 1],
          data: new Uint8Array(counts.buffer),
        },
      ],
      times: summarise(arrived, results),
    };
  }
}

function pair(rows: Float32Array, index: number): readonly [number, number] {
  return [rows[2 * index] ?? Number.NaN, rows[2 * index + 1] ?? Number.NaN];
}
