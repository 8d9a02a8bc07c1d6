import { promisify } from 'node:util';
import { SharedLibrary } from './shared-library.js';

/**
 * glibc keeps freed memory that lies between blocks in use, however much it is; `malloc_trim` gives it back to the
 * system, whole pages at a time (man 3 malloc_trim). Who allocates meanwhile waits: some .1 ms for each megabyte.
 *
 * @returns a function that does so in a thread and resolves afterwards; undefined where the C library has none, as on
 *   macOS and Alpine
 */
export function freeMemoryReturn(): (() => Promise<void>) | undefined {
  const trim = SharedLibrary.ofProgram().find('malloc_trim', 'int', ['size_t']);
  if (trim === undefined) return undefined;
  return promisify((done: (error: Error | null) => void) => {
    trim.async(0, done);
  });
}
