const megabyte = 1_048_576;

/** Bytes kept for the next bodies. */
const mostKept = 67_108_864;

/**
 * Memory of large bodies. What one or two connections need is used again and again, since handing out fresh pages takes
 * the system as long as everything else that is done with a body. What a burst needs beyond that goes back to the
 * system piece by piece: malloc would keep it, and give hundreds of megabytes back at once, which holds the event loop
 * for tens of milliseconds.
 */
export class BodyMemory {
  readonly #kept: ArrayBuffer[] = [];
  #keptBytes = 0;

  /** @returns memory for so many bytes, which may hold those of another body */
  take(bytes: number): Buffer<ArrayBuffer> {
    const capacity = Math.ceil(bytes / megabyte) * megabyte;
    const fits = ({ byteLength }: ArrayBuffer) => byteLength >= capacity && byteLength <= 2 * capacity;
    const place = this.#kept.findIndex(fits);
    const [memory = mapped(capacity)] = place === -1 ? [] : this.#kept.splice(place, 1);
    if (place !== -1) this.#keptBytes -= memory.byteLength;
    return Buffer.from(memory, 0, bytes);
  }

  /** Takes back what take() gave, or the same after it went to another thread and back. Nobody may use it any more. */
  giveBack({ buffer }: Uint8Array<ArrayBuffer>): void {
    if (this.#keptBytes + buffer.byteLength > mostKept) {
      buffer.transfer(0);
      return;
    }
    this.#kept.push(buffer);
    this.#keptBytes += buffer.byteLength;
  }
}

/** Of its own pages: V8 maps only memory that may grow, and leaves all other to malloc. */
function mapped(bytes: number): ArrayBuffer {
  return new ArrayBuffer(bytes, { maxByteLength: bytes });
}
