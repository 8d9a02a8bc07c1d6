import { types } from 'node:util';
import { callHere } from './native-call.js';
import { requireSuccess } from './native-status.js';
import { cStruct, SharedLibrary, type CFunction } from './shared-library.js';

/** PIXELS_ABI_VERSION. */
const abiVersion = 1;

/** PIXELS_MAX_SIDE. */
const maxSide = 2 ** 30;

/** PIXELS_FACE_SIDE: side of an aligned face, pixels. */
const faceSide = 112;

/** PIXELS_GREY_SIDE: side of a grey crop, pixels. */
const greySide = 64;

/** pixels_channel_order. */
const channelOrders = { bgr: 0, rgb: 1 } as const;

/** pixels_plane_options, member by member. */
const planeOptions = cStruct({
  struct_size: 'uint32_t',
  channel_order: 'int32_t',
  mirrored: 'int32_t',
  reserved: 'int32_t',
  mean: 'double',
  divisor: 'double',
});

/** Pixels. */
export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** Rows from the top without gaps, three bytes a pixel. */
export interface PixelPicture extends PixelSize {
  readonly data: Uint8Array;
}

/** Part of a larger picture that begins at its top left corner. */
export interface PixelPart extends PixelPicture {
  /** Bytes from one row to the next. */
  readonly stride: number;
}

/** How a plane comes from pixels 0..255: (pixel - mean) / divisor, in the given order of channels. */
export interface PlaneFormat {
  readonly channels: 'bgr' | 'rgb';
  readonly mean: number;
  readonly divisor: number;
  /** Left and right exchanged. */
  readonly mirrored: boolean;
}

/**
 * libface_pixels: the loops over pixels. Can be opened in any number of threads; every call is made in the calling
 * thread and writes into memory of the caller. Formulas and ranges are in native-libs/include/face_pixels.h.
 *
 * All methods throw TypeError or RangeError when an array is not of the type or length that the other arguments say,
 * and FaceError `native_failed` when the library refuses a number.
 */
export class PixelLibrary {
  /** Release, compiler and vector instructions in use, as in `face_pixels 1.0.0; gcc 12.2.0; avx2`. */
  readonly buildInfo: string;
  readonly #letterbox: CFunction;
  readonly #warpFace: CFunction;
  readonly #planes: CFunction;
  readonly #greyCrop: CFunction;
  readonly #text: CFunction;

  private constructor(
    /** File name without folder. */
    readonly name: string,
    library: SharedLibrary,
  ) {
    const [bytes, floats, doubles, side] = ['uint8_t *', 'float *', 'double *', 'int32_t'];
    const picture = [bytes, side, side];
    const part = [...picture, 'int64_t'];
    library.requireVersion('pixels_abi_version', abiVersion);
    this.buildInfo = library.get('pixels_build_info', 'str', [])() as string;
    this.#text = library.get('pixels_status_text', 'str', ['int']);
    this.#letterbox = library.get('pixels_letterbox', 'int', [...picture, side, side, bytes, side, side]);
    this.#warpFace = library.get('pixels_warp_face', 'int', [...picture, doubles, bytes]);
    const planes = [planeOptions.pointer, ...part, side, side, floats, side, side];
    this.#planes = library.get('pixels_planes', 'int', planes);
    this.#greyCrop = library.get('pixels_grey_crop', 'int', [...part, doubles, 'double', floats]);
  }

  /**
   * @throws FaceError `not_ready`, naming the file, when it is absent, no shared library for this machine, without
   * the functions, or of another interface version.
   */
  static open(path: string): PixelLibrary {
    const library = SharedLibrary.open(path);
    return new PixelLibrary(library.name, library);
  }

  /**
   * Draws an RGB picture, resized to `fit`, into the top left of a BGR frame; the rest of the frame becomes 0.
   * @param target receives frame.height * frame.width * 3 bytes
   */
  letterbox(rgb: PixelPicture, fit: PixelSize, frame: PixelSize, target: Uint8Array): void {
    requireBytes(rgb.data, pictureBytes(rgb), 'picture');
    requireBytes(target, pictureBytes(frame), 'frame');
    requireSize(fit);
    const { data, width, height } = rgb;
    const values = [data, width, height, fit.width, fit.height, target, frame.width, frame.height];
    this.#call(this.#letterbox, values);
  }

  /**
   * Reads an RGB picture for every pixel (x, y) of a face at (a x - b y + dx, b x + a y + dy), bilinear, 0 outside.
   * @param inverse a, b, dx, dy, from the face's pixels to the picture's
   * @param face receives 112 * 112 * 3 bytes, BGR
   */
  warpFace(rgb: PixelPicture, inverse: readonly [number, number, number, number], face: Uint8Array): void {
    requireBytes(rgb.data, pictureBytes(rgb), 'picture');
    requireBytes(face, faceSide * faceSide * 3, 'face');
    const { data, width, height } = rgb;
    this.#call(this.#warpFace, [data, width, height, Float64Array.from(inverse), face]);
  }

  /**
   * Writes a BGR picture, resized to `fit`, into the top left of three channel planes of the size `room`. What it does
   * not cover is left as it is.
   * @param target [3, room.height, room.width]
   */
  planes(bgr: PixelPart, fit: PixelSize, target: Float32Array, room: PixelSize, format: PlaneFormat): void {
    requirePart(bgr);
    requireFloats(target, pictureBytes(room), 'planes');
    requireSize(fit);
    const { data, width, height, stride } = bgr;
    const options = {
      struct_size: planeOptions.bytes,
      channel_order: channelOrders[format.channels],
      mirrored: format.mirrored ? 1 : 0,
      reserved: 0,
      mean: format.mean,
      divisor: format.divisor,
    };
    const picture = [data, width, height, stride];
    const values = [options, ...picture, fit.width, fit.height, target, room.width, room.height];
    this.#call(this.#planes, values);
  }

  /**
   * Samples a box of a BGR picture as grey values 0..255, by cubic convolution, and divides them.
   * @param box left, top, right, bottom in pixels, inside of the picture
   * @param target [64, 64]
   */
  greyCrop(
    bgr: PixelPart,
    box: readonly [left: number, top: number, right: number, bottom: number],
    divisor: number,
    target: Float32Array,
  ): void {
    requirePart(bgr);
    requireFloats(target, greySide * greySide, 'grey crop');
    const { data, width, height, stride } = bgr;
    const values = [data, width, height, stride, Float64Array.from(box), divisor, target];
    this.#call(this.#greyCrop, values);
  }

  #call(native: CFunction, values: readonly unknown[]): void {
    const textOf = (status: number) => this.#text(status) as string;
    requireSuccess(callHere(native, values), { library: this.name, textOf });
  }
}

// C code takes whatever memory and numbers it is given, so what it cannot check is checked here. Whether the sizes fit
// each other it checks itself.

function requireSize({ width, height }: PixelSize): void {
  for (const side of [width, height]) {
    if (!Number.isInteger(side) || side < 1 || side > maxSide) {
      throw new RangeError(`A picture of ${width}x${height} pixels is impossible.`);
    }
  }
}

function pictureBytes(size: PixelSize): number {
  requireSize(size);
  return size.height * size.width * 3;
}

function requirePart(part: PixelPart): void {
  const { data, width, height, stride } = part;
  requireSize(part);
  if (!Number.isSafeInteger(stride) || stride < 3 * width) {
    throw new RangeError(`Rows of ${width} pixels cannot be ${stride} bytes apart.`);
  }
  const least = (height - 1) * stride + 3 * width;
  if (!types.isUint8Array(data)) throw new TypeError('A picture must be a Uint8Array.');
  if (data.length < least) throw new RangeError(`The picture has ${data.length} bytes, fewer than ${least}.`);
}

function requireBytes(data: Uint8Array, length: number, what: string): void {
  if (!types.isUint8Array(data)) throw new TypeError(`The ${what} must be a Uint8Array.`);
  if (data.length !== length) throw new RangeError(`The ${what} has ${data.length} bytes, not ${length}.`);
}

function requireFloats(data: Float32Array, length: number, what: string): void {
  if (!types.isFloat32Array(data)) throw new TypeError(`The ${what} must be a Float32Array.`);
  if (data.length !== length)
    throw new RangeError(`There is room for ${data.length} numbers of ${what}, not ${length}.`);
}
