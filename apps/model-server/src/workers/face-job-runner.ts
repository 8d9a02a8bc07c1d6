import type { FacePipeline } from '../pipelines/face-pipeline.js';
import type { FaceJob, FaceResult } from './face-jobs.js';
import { JobRefusedError } from './job-errors.js';
import type { JobRunner } from './serve-jobs.js';

/** Does the jobs of a worker thread by one pipeline. */
export class FaceJobRunner implements JobRunner<FaceJob, FaceResult> {
  constructor(private readonly pipeline: FacePipeline) {}

  async run(job: FaceJob): Promise<{ result: FaceResult; transfer: ArrayBuffer[] }> {
    if (job.kind === 'embed') {
      const embedding = await this.pipeline.embed(job.face);
      return { result: { kind: 'embed', embedding }, transfer: [embedding.buffer] };
    }
    const { boxes, landmarks } = await this.detect(job);
    return {
      result: { kind: 'detect', boxes, landmarks },
      transfer: [boxes.buffer, landmarks.buffer],
    };
  }

  async close(): Promise<void> {
    await this.pipeline.close();
  }

  private async detect({ image, height, width, scale, centre }: Extract<FaceJob, { kind: 'detect' }>) {
    try {
      return await this.pipeline.detect(image, height, width, scale, centre);
    } catch (error) {
      // How the pipeline says that no picture can have such a scale or centre.
      if (error instanceof RangeError) throw new JobRefusedError(error.message);
      throw error;
    }
  }
}
