import { readSync } from 'node:fs';
import { JobRefusedError } from './job-errors.js';

/** Bytes of an open file. Threads of a process share its descriptors, so these cost nothing to hand to a worker. */
export interface FileBytes {
  readonly descriptor: number;
  /** From the beginning of the file. */
  readonly position: number;
  readonly byteLength: number;
}

/**
 * Reads one stretch of a file after the other into the same memory: new memory of a megabyte for each picture costs
 * more than reading it, because the system has to clear it.
 */
export class FileReader {
  private buffer = new Uint8Array();

  /**
   * @returns the bytes, until the next call
   * @throws JobRefusedError when the file has become shorter
   */
  read({ descriptor, position, byteLength }: FileBytes): Uint8Array {
    if (this.buffer.byteLength < byteLength) this.buffer = new Uint8Array(byteLength);
    for (let done = 0; done < byteLength;) {
      const count = readSync(descriptor, this.buffer, done, byteLength - done, position + done);
      if (count === 0) throw new JobRefusedError('the file of a shared memory region was cut');
      done += count;
    }
    return this.buffer.subarray(0, byteLength);
  }
}
