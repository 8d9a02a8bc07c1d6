import type { FacePipeline } from '../pipelines/face-pipeline.js';
import type { FaceJob, FaceResult, JobBytes } from './face-jobs.js';
import { FileReader } from './file-bytes.js';
import { JobRefusedError } from './job-errors.js';
import type { JobRunner } from './serve-jobs.js';

/** Does the jobs of a worker thread by one pipeline. */
export class FaceJobRunner implements JobRunner<FaceJob, FaceResult> {
  private readonly files = new FileReader();

  constructor(private readonly pipeline: FacePipeline) {}

  async run(job: FaceJob): Promise<{ result: FaceResult; transfer: ArrayBuffer[] }> {
    if (job.kind === 'embed') {
      const embedding = await this.pipeline.embed(this.bytesOf(job.face));
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

  /** The pipeline is done with them before the next job begins. */
  private bytesOf(bytes: JobBytes): Uint8Array {
    return bytes instanceof Uint8Array ? bytes : this.files.read(bytes);
  }

  private async detect({ image, height, width, scale, centre }: Extract<FaceJob, { kind: 'detect' }>) {
    try {
      return await this.pipeline.detect(this.bytesOf(image), height, width, scale, centre);
    } catch (error) {
      // How the pipeline says that no picture can have such a scale or centre.
      if (error instanceof RangeError) throw new JobRefusedError(error.message);
      throw error;
    }
  }
}
