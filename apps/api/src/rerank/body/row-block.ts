import type { EmbeddingValues, MemoryPlace } from './embedding-row.js';
import { rowMemory } from './row-memory.js';

/** Elements that rows are appended to, without gaps. */
export class RowBlock {
  readonly #type: MemoryPlace['type'];
  #memory = new ArrayBuffer(0);
  #values: EmbeddingValues;
  #bytes: Buffer<ArrayBuffer>;
  #used = 0;

  constructor(type: MemoryPlace['type']) {
    this.#type = type;
    this.#values = new type(this.#memory);
    this.#bytes = Buffer.from(this.#memory);
  }

  /** Elements of all rows so far. */
  get used(): number {
    return this.#used;
  }

  /** All of the memory, its first `used` elements being rows; another one after each append(). */
  get values(): EmbeddingValues {
    return this.#values;
  }

  /** The same as bytes. */
  get bytes(): Buffer<ArrayBuffer> {
    return this.#bytes;
  }

  /**
   * Makes room for another row, to be written by the caller.
   * @param expected elements that this and all later rows will probably need
   * @returns where it begins in `values`
   */
  append(elements: number, expected: number): number {
    if (this.#used + elements > this.#values.length) this.#grow(elements, expected);
    const start = this.#used;
    this.#used += elements;
    return start;
  }

  /** Takes the last row back. */
  drop(elements: number): void {
    this.#used -= elements;
  }

  /** The memory; nothing may be appended any more. */
  take(): ArrayBuffer {
    return this.#memory;
  }

  #grow(elements: number, expected: number): void {
    const least = Math.max(this.#used + elements, Math.ceil(this.#values.length * 1.5));
    const length = Math.max(least, this.#used + expected);
    // Not zeroed: every byte is written before anybody reads it.
    const memory = rowMemory.take(length * this.#type.BYTES_PER_ELEMENT);
    const larger = Buffer.from(memory);
    larger.set(this.#bytes.subarray(0, this.#used * this.#type.BYTES_PER_ELEMENT));
    rowMemory.giveBack(this.#memory);
    this.#memory = memory;
    this.#bytes = larger;
    const room = Math.floor(memory.byteLength / this.#type.BYTES_PER_ELEMENT);
    this.#values = new this.#type(memory, 0, room);
  }
}
