import type { IncomingMessage } from 'node:http';

/**
 * Bytes of bodies that one turn of the event loop takes in, in about a millisecond. Left alone, Node reads up to two
 * megabytes of every connection that has them before anything else gets its turn.
 */
const bytesPerTurn = 1_048_576;

/** Shares the turns of the event loop between all bodies that are coming in, and everything else. */
export class ReadingPace {
  readonly #paused = new Set<IncomingMessage>();
  #read = 0;
  #turnEnds = false;

  /** Tells of a chunk that came; the rest of that body may have to wait for the next turn. */
  took(request: IncomingMessage, bytes: number): void {
    this.#read += bytes;
    if (this.#read > bytesPerTurn) {
      request.pause();
      this.#paused.add(request);
    }
    if (this.#turnEnds) return;
    this.#turnEnds = true;
    setImmediate(() => this.#nextTurn());
  }

  /** Tells that nobody reads this body any more. */
  leave(request: IncomingMessage): void {
    this.#paused.delete(request);
  }

  #nextTurn(): void {
    this.#turnEnds = false;
    this.#read = 0;
    const waiting = [...this.#paused];
    this.#paused.clear();
    for (const request of waiting) request.resume();
  }
}

/** One for the process, as the event loop is. */
export const readingPace = new ReadingPace();
