import { FaceError } from '@face/errors';
import { Logger } from '@nestjs/common';

/** What keeps a library from being used, for the answer of a health check. */
export interface Readiness {
  readonly ready: boolean;
  /** A sentence; only when not ready. */
  readonly reason?: string;
}

/**
 * A native library that is opened when it is first needed. One that is missing or wrong leaves the rest of the
 * program at work: each use then fails as `not_ready`, and tries again, so a library put in place later is found.
 */
export class OpenedLibrary<Library> {
  #library: Library | undefined;
  #reported: string | undefined;

  constructor(
    private readonly path: string,
    private readonly open: (path: string) => Library,
    private readonly logger: Logger,
  ) {}

  /** @throws FaceError `not_ready` with the reason. */
  get(): Library {
    this.#library ??= this.#openAndReport();
    return this.#library;
  }

  /** Undefined when it cannot be opened; the log says why. */
  find(): Library | undefined {
    try {
      return this.get();
    } catch (error) {
      if (error instanceof FaceError) return undefined;
      throw error;
    }
  }

  /** Logs each reason once, however often a health check asks. */
  #openAndReport(): Library {
    try {
      const library = this.open(this.path);
      this.#reported = undefined;
      return library;
    } catch (error) {
      if (error instanceof FaceError && error.message !== this.#reported) {
        this.#reported = error.message;
        this.logger.error(error.cause instanceof Error ? error.cause.message : error.message);
      }
      throw error;
    }
  }
}

/** Runs a check that throws FaceError when something is not ready. */
export function readiness(check: () => void): Readiness {
  try {
    check();
    return { ready: true };
  } catch (error) {
    if (error instanceof FaceError) return { ready: false, reason: error.message };
    throw error;
  }
}
