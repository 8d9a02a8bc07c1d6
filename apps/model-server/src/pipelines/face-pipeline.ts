/** Faces of one image, by falling score. Coordinates in pixels of the source image, not clamped to it. */
export interface DetectedFaces {
  /** [F, 5] row-major: x1 y1 x2 y2 score. */
  readonly boxes: Float32Array<ArrayBuffer>;
  /** [F, 10] row-major: five points x y, in the order eye on the left of the picture, other eye, nose, mouth corners. */
  readonly landmarks: Float32Array<ArrayBuffer>;
}

/** Makes one embedding of those of a face and of its mirror image; the length follows the flip merge of the pack. */
export type ViewMerge = (face: Float32Array, mirror: Float32Array) => Float32Array<ArrayBuffer>;

/** Detection and embedding by one pack on one thread. Calls must not overlap: each uses the same buffers. */
export interface FacePipeline {
  /**
   * @param image BGR bytes [height, width, 3]: the picture scaled to the top left, zeros elsewhere
   * @param scale resized / original, for x and y
   * @param centre of the original picture, [height / 2, width / 2] in its pixels
   * @throws RangeError for a scale or centre that no picture can have
   */
  detect(
    image: Uint8Array,
    height: number,
    width: number,
    scale: readonly [number, number],
    centre: readonly [number, number],
  ): Promise<DetectedFaces>;
  /**
   * @param face aligned BGR bytes [112, 112, 3]
   * @returns the embedding [contract.dimension] as the model gives it, not normalised unless views are merged
   */
  embed(face: Uint8Array): Promise<Float32Array<ArrayBuffer>>;
  /** Frees the sessions. */
  close(): Promise<void>;
}
