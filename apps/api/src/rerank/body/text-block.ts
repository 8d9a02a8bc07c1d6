/** A text that pieces are appended to, as UTF-8. Strings joined to strings would be a thousand small objects. */
export class TextBlock {
  #bytes = Buffer.allocUnsafeSlow(65_536);
  #used = 0;

  /** Bytes of another text. */
  appendFrom(source: Buffer, start: number, end: number): void {
    this.#reserve(end - start);
    this.#used += source.copy(this.#bytes, this.#used, start, end);
  }

  /** @param text of ASCII */
  appendAscii(text: string): void {
    this.#reserve(text.length);
    this.#used += this.#bytes.write(text, this.#used, 'latin1');
  }

  toString(): string {
    return this.#bytes.toString('utf8', 0, this.#used);
  }

  #reserve(bytes: number): void {
    const needed = this.#used + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#used);
    this.#bytes = larger;
  }
}
