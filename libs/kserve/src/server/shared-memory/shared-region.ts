import { closeSync, fstatSync, readSync, writeSync } from 'node:fs';
import { invalidArgument } from '../protocol-error.js';

/** A registered region: a part of a file that a client writes tensors to. */
export class SharedRegion {
  private users = 0;

  /** @param descriptor belongs to the region from now on */
  constructor(
    readonly name: string,
    /** As the client gave it. */
    readonly key: string,
    /** Bytes from the beginning of the file. */
    readonly offset: number,
    readonly byteLength: number,
    readonly descriptor: number,
  ) {}

  get inUse(): boolean {
    return this.users > 0;
  }

  /** Whether nobody can open the file any more: its client has removed it, or another one that tidied up. */
  get removed(): boolean {
    return fstatSync(this.descriptor).nlink === 0;
  }

  /** Keeps the descriptor open, and so its number from becoming another file's, until the function is called. */
  hold(): () => void {
    this.users += 1;
    let held = true;
    return () => {
      if (held) this.users -= 1;
      held = false;
    };
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

/**
 * The bytes of a tensor in a region. They are read from the file and never mapped: a client that cuts its file short
 * ends a read, and would end the process with a mapping.
 */
export class SharedBytes {
  /** @param start bytes from the beginning of the region */
  constructor(
    private readonly region: SharedRegion,
    private readonly start: number,
    readonly byteLength: number,
  ) {}

  /** Open while the request runs, or as long as it is held. */
  get descriptor(): number {
    return this.region.descriptor;
  }

  /** Bytes from the beginning of the file. */
  get position(): number {
    return this.region.offset + this.start;
  }

  /** See `SharedRegion.hold`. */
  hold(): () => void {
    return this.region.hold();
  }

  /** The bytes from `start` to `end`, in the same place. */
  subarray(start: number, end: number): SharedBytes {
    return new SharedBytes(this.region, this.start + start, end - start);
  }

  /** @throws ProtocolError when the file has become shorter */
  read(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.byteLength);
    for (let done = 0; done < bytes.byteLength;) {
      const count = readSync(this.descriptor, bytes, done, bytes.byteLength - done, this.position + done);
      if (count === 0) {
        throw invalidArgument(`the file of shared memory region '${this.region.name}' was cut`);
      }
      done += count;
    }
    return bytes;
  }

  /** @throws Error of the system */
  write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.byteLength;) {
      done += writeSync(this.descriptor, bytes, done, bytes.byteLength - done, this.position + done);
    }
  }
}
