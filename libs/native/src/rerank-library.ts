import { FullRerank } from './full-rerank.js';
import { LegacyRerank } from './legacy-rerank.js';
import { SharedLibrary } from './shared-library.js';

/** librerank_compute: ours, or a library of an owner that has only the original function. */
export class RerankLibrary {
  private constructor(
    /** File name without folder. */
    readonly name: string,
    /** Undefined in a library that has only the original function. */
    readonly full: FullRerank | undefined,
    readonly legacy: LegacyRerank,
  ) {}

  /**
   * @throws FaceError `not_ready`, naming the file, when it is absent, no shared library for this machine, without
   * the functions, or of another interface version.
   */
  static open(path: string): RerankLibrary {
    const library = SharedLibrary.open(path);
    const full = FullRerank.isIn(library) ? new FullRerank(library) : undefined;
    return new RerankLibrary(library.name, full, new LegacyRerank(library));
  }

  get kind(): 'full' | 'legacy' {
    return this.full === undefined ? 'legacy' : 'full';
  }
}
