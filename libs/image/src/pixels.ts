import type { Size } from './size.js';

/** A decoded picture: RGB, 8 bit, upright, rows from the top without padding (height * width * 3 bytes). */
export interface Pixels extends Size {
  readonly data: Uint8Array;
}

/** A rectangle in whole pixels. */
export interface Region extends Size {
  readonly left: number;
  readonly top: number;
}
