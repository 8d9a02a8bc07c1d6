import { pixelLibrary } from '@face/native';
import type { Pixels } from './pixels.js';
import type { Size } from './size.js';

/** A picture fitted into the top left of a fixed frame; the rest of the frame is 0. */
export interface Letterboxed {
  /** BGR, 8 bit, rows of the frame without padding: height * width * 3 bytes. */
  readonly data: Uint8Array;
  /** Pixels of the frame per pixel of the upright picture, the same in both directions. */
  readonly scale: number;
}

/** Where a picture of `source` pixels lies in `frame`: its scale, and its size there (at least 1x1). */
export function letterboxFit(source: Size, frame: Size): Size & { readonly scale: number } {
  const scale = Math.min(frame.width / source.width, frame.height / source.height);
  return {
    scale,
    width: Math.min(frame.width, Math.max(1, Math.round(source.width * scale))),
    height: Math.min(frame.height, Math.max(1, Math.round(source.height * scale))),
  };
}

/**
 * Draws a picture into the top left of a frame: bilinear, within 2 of exact arithmetic, never averaging more than two
 * pixels in a direction.
 * @param pixels the picture, whole, at any resolution from `fit` up to less than twice of it, or below
 * @returns the frame as in {@link Letterboxed}
 */
export function drawLetterbox(pixels: Pixels, fit: Size, frame: Size): Uint8Array {
  // Every byte of the frame is written, so nobody has to fill a megabyte with zeros first.
  const data = new Uint8Array(Buffer.allocUnsafeSlow(frame.width * frame.height * 3).buffer);
  pixelLibrary().letterbox(pixels, fit, frame, data);
  return data;
}
