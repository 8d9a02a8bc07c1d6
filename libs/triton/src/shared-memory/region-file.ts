import { closeSync, constants, ftruncateSync, openSync, rmSync, writeSync, writevSync } from 'node:fs';
import { join } from 'node:path';
import { newRegionName } from './region-name.js';

/** Files that the end of the process has to remove, however it ends; those of one that is killed its successor finds. */
const files = new Set<RegionFile>();
const removeAll = () => {
  for (const file of files) file.remove();
};

/** A file in shared memory, for this user only, that a server is told of by its name. */
export class RegionFile {
  readonly name = newRegionName();
  private readonly path: string;
  private readonly descriptor: number;

  /**
   * @param byteLength takes no memory until it is written to
   * @throws Error of the system
   */
  constructor(
    folder: string,
    readonly byteLength: number,
  ) {
    this.path = join(folder, this.name);
    const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants;
    this.descriptor = openSync(this.path, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDWR, 0o600);
    if (files.size === 0) process.on('exit', removeAll);
    files.add(this);
    try {
      ftruncateSync(this.descriptor, byteLength);
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /**
   * Writes the pieces one after the other.
   * @throws Error of the system, such as ENOSPC
   */
  write(pieces: readonly Uint8Array[], position: number): void {
    const total = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const written = writevSync(this.descriptor, pieces, position);
    // Less is written at once only where memory has run out, of which this asks for the reason.
    if (written < total) {
      const rest = Buffer.concat(pieces).subarray(written);
      for (let done = 0; done < rest.byteLength;) {
        done += writeSync(this.descriptor, rest, done, rest.byteLength - done, position + written + done);
      }
    }
  }

  /** A server that has the file open keeps its memory until it closes it. */
  remove(): void {
    if (!files.delete(this)) return;
    closeSync(this.descriptor);
    rmSync(this.path, { force: true });
    if (files.size === 0) process.off('exit', removeAll);
  }
}
