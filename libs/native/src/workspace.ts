import { addressOf } from './shared-library.js';

/** RERANK's rule for the memory of a caller. */
const alignment = 64;

/** Bytes: twice what a thousand candidates of 1024 numbers need. More is given back after the call. */
const largestKept = 67_108_864;

/**
 * Memory for the working data of one native call at a time, kept for the next: handing out fresh pages takes the system
 * as long as the call itself.
 */
export class Workspace {
  #kept = new Uint8Array(0);

  /** @returns at least so many bytes, aligned to 64; what is in them means nothing */
  take(bytes: number): Uint8Array {
    if (bytes <= this.#kept.length) return this.#kept;
    const memory = aligned(bytes);
    if (bytes <= largestKept) this.#kept = memory;
    return memory;
  }
}

function aligned(bytes: number): Uint8Array<ArrayBuffer> {
  const memory = new Uint8Array(bytes + alignment);
  const beyond = Number(addressOf(memory) % BigInt(alignment));
  return memory.subarray(alignment - beyond, alignment - beyond + bytes);
}
