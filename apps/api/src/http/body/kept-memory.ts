/** Bytes; less is not worth keeping. */
const leastKept = 1_048_576;

/**
 * Large memory that is used again and again, since handing out fresh pages takes the system as long as everything else
 * that is done with a body.
 */
export class KeptMemory {
  readonly #kept: ArrayBuffer[] = [];
  #keptBytes = 0;

  /** @param mostKept bytes that wait for their next use; more goes back to the system */
  constructor(
    private readonly mostKept: number,
    private readonly allocate: (bytes: number) => ArrayBuffer,
  ) {}

  /** @returns at least so many bytes, which may hold what was in them before */
  take(bytes: number): ArrayBuffer {
    const fits = ({ byteLength }: ArrayBuffer) => byteLength >= bytes && byteLength <= 2 * bytes;
    const place = bytes < leastKept ? -1 : this.#kept.findIndex(fits);
    const [memory] = place === -1 ? [] : this.#kept.splice(place, 1);
    if (memory === undefined) return this.allocate(bytes);
    this.#keptBytes -= memory.byteLength;
    return memory;
  }

  /** Takes back what take() gave, or the same after it came from another thread. Nobody may use it any more. */
  giveBack(memory: ArrayBuffer): void {
    const { byteLength } = memory;
    if (byteLength < leastKept || this.#keptBytes + byteLength > this.mostKept) {
      if (byteLength > 0) memory.transfer(0);
      return;
    }
    this.#kept.push(memory);
    this.#keptBytes += byteLength;
  }
}
