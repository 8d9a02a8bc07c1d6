import { FaceError } from '@face/errors';
import { type SourceImage, heldPictures, openImage, releaseBytes } from '@face/image';
import { type CallContext, CallLimit } from '@face/triton';
import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import type { StageClock } from '../http/stage-clock.js';
import type { DetectionsRequest, ImageBody } from './detections.request.js';
import type { Face } from './face.js';
import { FaceDetector } from './face-detector.js';
import {
  type FoundImage,
  type ImageOutcome,
  type NamedImage,
  hasFailed,
  hasSucceeded,
  outcomeOf,
  throwFirstFailure,
} from './image-outcome.js';
import type { DetectorImage } from './preprocess.js';
import { readImageData } from './read-image-data.js';
import { selectFaces } from './select-faces.js';

/** Calls of one request that run at a time: a request with many images must not fill the model server's queue. */
export const callsAtATime = 4;

/** Its header is read. */
interface OpenedImage extends NamedImage {
  readonly source: SourceImage;
  /** The photo as it came. */
  readonly file: Uint8Array;
}

type PreparedImage = OpenedImage & DetectorImage;

/** Finds the faces of photos: decode, letterbox, detect, select. */
@Injectable()
export class FaceFinder {
  constructor(
    private readonly settings: Settings,
    private readonly detector: FaceDetector,
  ) {}

  /**
   * Finds the wanted faces of all images in as few calls as the model's batch limit allows. An image is handed to `use`
   * as soon as its own call has ended, while those of others may still run.
   * @returns what `use` made of each image, or why the image cannot be used, in the order of the request.
   * @throws FaceError `too_many_images`; unless `on_error` is `partial`, what is wrong with the first image that cannot
   * be used; whatever the model and `use` throw.
   */
  async find<Result extends object>(
    request: DetectionsRequest,
    clock: StageClock,
    context: CallContext,
    use: (found: FoundImage) => Promise<Result>,
  ): Promise<ImageOutcome<Result>[]> {
    const images = this.named(request.images);
    const batchLimit = await this.detector.batchLimit(context);
    const calls = new CallLimit(callsAtATime);
    const check = <Outcome extends object>(outcomes: Outcome[]): Outcome[] => {
      if (request.on_error !== 'partial') throwFirstFailure(outcomes);
      return outcomes;
    };
    const findIn = async (opened: readonly ImageOutcome<OpenedImage>[]) => {
      const prepared = check(await Promise.all(opened.map((image) => this.prepare(image, clock, context))));
      const usable = prepared.filter(hasSucceeded);
      const faces = await calls.run(context, () => this.detect(usable, clock, context));
      const used = prepared.map(async (outcome) => {
        if (hasFailed(outcome)) return outcome;
        const { image, source } = outcome;
        const wanted = selectFaces(faces.get(outcome) ?? [], request);
        const result = await outcomeOf(image, () => use({ image, source, faces: wanted }));
        source.release();
        releaseBytes(outcome.file);
        return result;
      });
      return check(await Promise.all(used));
    };
    const findInBatch = async (batch: readonly (ImageBody & NamedImage)[]) => {
      const opened = check(await Promise.all(batch.map((image) => this.open(image, clock, context))));
      const pixels = opened.reduce((sum, image) => sum + (hasFailed(image) ? 0 : image.source.heldPixels), 0);
      return heldPictures.run(pixels, context.signal, () => findIn(opened));
    };
    return (await Promise.all(inBatchesOf(batchLimit, images).map(findInBatch))).flat();
  }

  private named(images: readonly ImageBody[]): (ImageBody & NamedImage)[] {
    const { maxBatchSize } = this.settings;
    if (images.length > maxBatchSize) {
      throw new FaceError(
        'too_many_images',
        `The request has ${images.length} images, at most ${maxBatchSize} are allowed.`,
      );
    }
    return images.map(({ id, data }, index) => ({ data, image: { id: id || `image_${index + 1}`, index } }));
  }

  private open(
    { image, data }: ImageBody & NamedImage,
    clock: StageClock,
    { signal }: CallContext,
  ): Promise<ImageOutcome<OpenedImage>> {
    const { maxImageBytes, maxImagePixels, requestTimeoutSeconds } = this.settings;
    const limits = { maxPixels: maxImagePixels, timeoutSeconds: requestTimeoutSeconds };
    return outcomeOf(image, () =>
      clock.measure('decode', async () => {
        const file = readImageData(data, maxImageBytes);
        return { image, file, source: await openImage(file, limits, signal) };
      }),
    );
  }

  private async prepare(
    opened: ImageOutcome<OpenedImage>,
    clock: StageClock,
    { signal }: CallContext,
  ): Promise<ImageOutcome<PreparedImage>> {
    if (hasFailed(opened)) return opened;
    const { detectionInput } = this.settings;
    return outcomeOf(opened.image, () =>
      clock.measure('decode', async () => ({
        ...opened,
        letterboxed: await opened.source.letterbox(detectionInput, signal),
      })),
    );
  }

  private async detect(
    images: readonly PreparedImage[],
    clock: StageClock,
    context: CallContext,
  ): Promise<ReadonlyMap<PreparedImage, readonly Face[]>> {
    if (images.length === 0) return new Map();
    const faces = await clock
      .measure('inference', () => this.detector.detect(images, context))
      .catch((error: unknown) => {
        // Others wait for the memory; what is on its way to the server is not touched.
        for (const { source } of images) source.release();
        throw error;
      });
    for (const { letterboxed } of images) releaseBytes(letterboxed.data);
    return new Map(images.map((image, index) => [image, faces[index] ?? []]));
  }
}

function inBatchesOf<Item>(size: number, items: readonly Item[]): Item[][] {
  const batches = Math.ceil(items.length / size);
  return Array.from({ length: batches }, (_, batch) => items.slice(batch * size, (batch + 1) * size));
}
