import { Injectable } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers that are not finished yet, and whether the process is on its way out. */
@Injectable()
export class OpenResponses {
  readonly #responses = new Set<ServerResponse>();
  #draining = false;
  #whenNone: (() => void) | undefined;

  /** True from the first sign of a shutdown on: not ready, though everything still works. */
  get draining(): boolean {
    return this.#draining;
  }

  /** Middleware that keeps the books. */
  track = (_request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    this.#responses.add(response);
    response.once('close', () => {
      this.#responses.delete(response);
      if (this.#responses.size === 0) this.#whenNone?.();
    });
    if (this.#draining) response.shouldKeepAlive = false;
    next();
  };

  /**
   * Resolves when no answer is open. Until then each connection closes behind its answer, so that no caller
   * sends another request into a closed door.
   */
  drain(): Promise<void> {
    this.#draining = true;
    for (const response of this.#responses) if (!response.headersSent) response.shouldKeepAlive = false;
    if (this.#responses.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenNone = resolve;
    });
  }
}
