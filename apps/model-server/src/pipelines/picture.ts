/** Part of an interleaved BGR image that begins at its top left corner. */
export interface Picture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Bytes from one row to the next. */
  readonly stride: number;
}

/** The picture inside a letterbox, and how it relates to the source image. */
export interface LetterboxedPicture {
  readonly picture: Picture;
  /** Source pixels per picture pixel, for x and y. */
  readonly toSource: readonly [number, number];
}

/**
 * Finds the picture in a letterbox whose picture lies in the top left corner.
 * @param image BGR bytes [height, width, 3]
 * @param scale resized / original, for x and y
 * @param centre of the original, [height / 2, width / 2] in its pixels
 * @throws RangeError when the picture that scale and centre speak of cannot be in this letterbox
 */
export function pictureOf(
  image: Uint8Array,
  height: number,
  width: number,
  scale: readonly [number, number],
  centre: readonly [number, number],
): LetterboxedPicture {
  if (image.length !== height * width * 3) {
    throw new RangeError(
      `a BGR image of ${width}x${height} has ${height * width * 3} bytes, got ${image.length}`,
    );
  }
  const sourceWidth = 2 * centre[1];
  const sourceHeight = 2 * centre[0];
  const pictureWidth = scaledSide('width', sourceWidth, scale[0], width);
  const pictureHeight = scaledSide('height', sourceHeight, scale[1], height);
  return {
    picture: { data: image, width: pictureWidth, height: pictureHeight, stride: width * 3 },
    toSource: [sourceWidth / pictureWidth, sourceHeight / pictureHeight],
  };
}

function scaledSide(name: string, source: number, scale: number, available: number): number {
  const side = source * scale;
  // A client may round up where another rounds down: one pixel more than there is room for is no contradiction.
  if (!(source > 0 && scale > 0 && side < available + 1)) {
    throw new RangeError(
      `scale ${scale} and an original ${name} of ${source} do not fit an input ${name} of ${available}`,
    );
  }
  return Math.min(Math.max(Math.round(side), 1), available);
}
