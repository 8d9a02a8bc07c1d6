import { FaceError } from '@face/errors';
import { arcfaceTemplate, eyeDistance, similarityTransform, type Landmarks } from './alignment.js';
import type { ImageFormat } from './image-format.js';
import { drawLetterbox, letterboxFit, type Letterboxed } from './letterbox.js';
import type { PictureReader } from './picture-reader.js';
import type { Region } from './pixels.js';
import { releaseBytes } from './release-bytes.js';
import type { Size } from './size.js';
import { alignFace, leastEyeDistance, regionView, showsEnoughOf, wholeView, type View } from './view.js';
import { warpedRegion } from './warp-face.js';

/**
 * How much smaller a large picture is decoded where faces want more than the letterbox shows. libjpeg halves once,
 * twice or three times while it decodes, at a fraction of the cost; sharp makes use of that only when something is left
 * to resize, hence one more than 8, 4, 2.
 */
const shrinks = [9, 5, 3] as const;

/** A small photo, and the view of a large one that is as large as the detector wants it, count as so many pixels. */
const leastHeld = 1_000_000;

/**
 * One photo of a request, upright. It is decoded when it is first needed, once for a photo of usual size; a large
 * one is decoded reduced, and again in full resolution only where faces are small.
 *
 * All methods throw FaceError `invalid_image`, `unsupported_image_format` or `deadline_exceeded` when the photo
 * cannot be decoded, and `cancelled` or `deadline_exceeded` when the signal fires before the decoding has begun.
 */
export class SourceImage {
  private view: View | undefined;
  private released = false;

  constructor(
    readonly format: ImageFormat,
    private readonly reader: PictureReader,
  ) {}

  /** Pixels, EXIF orientation applied. */
  get width(): number {
    return this.reader.size.width;
  }

  /** Pixels, EXIF orientation applied. */
  get height(): number {
    return this.reader.size.height;
  }

  /** Pixels that are held decoded from the first use on until the photo is released; few of a photo that is not kept whole. */
  get heldPixels(): number {
    const { size, keepsUpTo } = this.reader;
    const pixels = size.width * size.height;
    return Math.max(leastHeld, pixels <= keepsUpTo ? pixels : 0);
  }

  /** The whole photo as the detector takes it. */
  async letterbox(frame: Size, signal?: AbortSignal): Promise<Letterboxed> {
    this.assertUsable();
    const fit = letterboxFit(this.reader.size, frame);
    const { pixels } = await this.viewFor(fit, signal);
    if (pixels.width < 2 * fit.width && pixels.height < 2 * fit.height) {
      return { data: drawLetterbox(pixels, fit, frame), scale: fit.scale };
    }
    const reduced = await this.reader.reduce(pixels, fit);
    const data = drawLetterbox(reduced, fit, frame);
    if (reduced !== pixels) releaseBytes(reduced.data);
    return { data, scale: fit.scale };
  }

  /**
   * Cuts faces out, turned and scaled so that their landmarks lie on ArcFace's template.
   * @param faces landmarks in pixels of the upright photo in full resolution
   * @returns for each face BGR, 8 bit, 112 * 112 * 3 bytes; 0 where the photo ends
   */
  async alignFaces(faces: readonly Landmarks[], signal?: AbortSignal): Promise<Uint8Array[]> {
    this.assertUsable();
    if (!faces.flat(2).every(Number.isFinite))
      throw new FaceError('internal', 'A landmark is not a finite number.');
    const view = this.view;
    const detailed = faces.filter((landmarks) => !view || !showsEnoughOf(view, landmarks));
    const detail = detailed.length > 0 ? await this.detailOf(detailed, signal) : undefined;
    const crops = faces.map((landmarks) => {
      const best = view && showsEnoughOf(view, landmarks) ? view : detail;
      if (!best) throw new FaceError('internal', 'A face has no picture to be cut from.');
      return alignFace(best, landmarks);
    });
    if (detail) releaseBytes(detail.pixels.data);
    return crops;
  }

  /** Gives the memory of the decoded photo back, when no method is running. One that is called later throws. */
  release(): void {
    if (this.view) releaseBytes(this.view.pixels.data);
    this.view = undefined;
    this.released = true;
  }

  /** The pixels may have been the reader's only ones, and would now be read as black. */
  private assertUsable(): void {
    if (this.released) throw new FaceError('internal', 'The photo was released before its last use.');
  }

  private async viewFor(fit: Size, signal: AbortSignal | undefined): Promise<View> {
    const { size, keepsUpTo } = this.reader;
    const known = this.view;
    if (known && (known.pixels.width >= fit.width || known.pixels.width === size.width)) return known;
    // A large one is decoded no larger than the detector needs it: where faces are large too, that serves for both.
    const wanted = size.width * size.height <= keepsUpTo ? size : fit;
    this.view = wholeView(await this.reader.decode(wanted, signal), size);
    return this.view;
  }

  /** A view that shows enough of each of these faces; not kept, since it may be large. */
  private async detailOf(faces: readonly Landmarks[], signal: AbortSignal | undefined): Promise<View> {
    const smallest = Math.min(...faces.map(eyeDistance));
    const shrink = shrinks.find((by) => smallest / by >= leastEyeDistance);
    if (shrink)
      return wholeView(
        await this.reader.decode(dividedBy(this.reader.size, shrink), signal),
        this.reader.size,
      );
    const region = faces
      .map((landmarks) => warpedRegion(this.reader.size, similarityTransform(landmarks, arcfaceTemplate)))
      .reduce(union, undefined);
    const part = region ?? { left: 0, top: 0, width: 1, height: 1 };
    return regionView(await this.reader.decodeRegion(part, signal), part);
  }
}

function dividedBy({ width, height }: Size, by: number): Size {
  return { width: Math.max(1, Math.floor(width / by)), height: Math.max(1, Math.floor(height / by)) };
}

function union(one: Region | undefined, other: Region | undefined): Region | undefined {
  if (!one || !other) return one ?? other;
  const left = Math.min(one.left, other.left);
  const top = Math.min(one.top, other.top);
  const right = Math.max(one.left + one.width, other.left + other.width);
  const bottom = Math.max(one.top + one.height, other.top + other.height);
  return { left, top, width: right - left, height: bottom - top };
}
