import { Injectable } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers that are not finished yet, and whether the process is on its way out. */
@Injectable()
export class OpenResponses {
  readonly #responses = new Set<ServerResponse>();
  #draining = false;
  #resolveNone: (() => void) | undefined;

  /** True from the first sign of a shutdown on: not ready, though everything still works. */
  get draining(): boolean {
    return this.#draining;
  }

  get count(): number {
    return this.#responses.size;
  }

  /** Middleware that keeps the books. */
  track = (_request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    this.#responses.add(response);
    response.once('close', () => {
      this.#responses.delete(response);
      if (this.#responses.size === 0) this.#resolveNone?.();
    });
    if (this.#draining) response.shouldKeepAlive = false;
    next();
  };

  /** From now on each connection closes behind its answer, so that no caller sends another request into a closed door. */
  startDraining(): void {
    this.#draining = true;
    for (const response of this.#responses) if (!response.headersSent) response.shouldKeepAlive = false;
  }

  /** Resolves when no answer is open. */
  whenNone(): Promise<void> {
    if (this.#responses.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#resolveNone = resolve;
    });
  }
}
