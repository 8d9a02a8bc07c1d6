/** Bytes that rows are appended to, without gaps. */
export class RowBlock {
  #memory = new ArrayBuffer(0);
  #used = 0;

  /** Bytes written so far. */
  get used(): number {
    return this.#used;
  }

  /**
   * Room for another row, to be written by the caller.
   * @param expected bytes that this and all later rows will probably need
   */
  append(bytes: number, expected: number): Buffer<ArrayBuffer> {
    if (this.#used + bytes > this.#memory.byteLength) this.#grow(bytes, expected);
    const start = this.#used;
    this.#used += bytes;
    return Buffer.from(this.#memory, start, bytes);
  }

  /** Takes the last row back. */
  drop(bytes: number): void {
    this.#used -= bytes;
  }

  /** The memory, of which the first `used` bytes mean something; nothing may be appended any more. */
  take(): ArrayBuffer {
    return this.#memory;
  }

  #grow(bytes: number, expected: number): void {
    const least = Math.max(this.#used + bytes, Math.ceil(this.#memory.byteLength * 1.5));
    // Not zeroed: every byte is written before anybody reads it.
    const larger = Buffer.allocUnsafeSlow(Math.max(least, this.#used + expected));
    larger.set(new Uint8Array(this.#memory, 0, this.#used));
    if (this.#memory.byteLength > 0) this.#memory.transfer(0);
    this.#memory = larger.buffer;
  }
}
