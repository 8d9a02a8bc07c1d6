import { type CallContext, ModelCatalog, TritonClient, readCounts, readFloats } from '@face/triton';
import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { detectionTensors } from './detection-tensors.js';
import type { Face } from './face.js';
import { facesByImage } from './postprocess.js';
import { type DetectorImage, detectorInputs, detectorOutputs } from './preprocess.js';

/** The detection model behind its tensors. */
@Injectable()
export class FaceDetector {
  constructor(
    private readonly settings: Settings,
    private readonly client: TritonClient,
    private readonly catalog: ModelCatalog,
  ) {}

  /** Images that go into one call. */
  async batchLimit(context: CallContext): Promise<number> {
    return this.catalog.batchLimit(await this.catalog.detection(context));
  }

  /**
   * One call with at most `batchLimit` images.
   * @returns the faces of each image, by falling confidence.
   * @throws FaceError as {@link TritonClient} does.
   */
  async detect(batch: readonly DetectorImage[], context: CallContext): Promise<Face[][]> {
    const { detectionModel: model, detectionInput: frame } = this.settings;
    const tensors = detectionTensors(await this.catalog.detection(context));
    const inputs = detectorInputs(tensors, frame, batch);
    const outputs = await this.client.infer(model, inputs, detectorOutputs(tensors, batch.length), context);
    const values = {
      boxes: readFloats(model, outputs.boxes),
      landmarks: readFloats(model, outputs.landmarks),
      counts: readCounts(model, outputs.counts),
    };
    return facesByImage(
      model,
      values,
      batch.map(({ source }) => source),
    );
  }
}
