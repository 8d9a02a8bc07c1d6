import type { IncomingMessage } from 'node:http';

/**
 * Bytes of bodies that one turn of the event loop takes in, in about a millisecond. Left alone, Node reads up to two
 * megabytes of every connection that has them before anything else gets its turn.
 */
const bytesPerTurn = 1_048_576;

/** Of those that wait, as many go on in a turn: each of them may bring a piece or two after the turn is full. */
const resumedPerTurn = 8;

/** Shares the turns of the event loop between all bodies that are coming in, and everything else. */
export class ReadingPace {
  /** First come, first served. */
  readonly #waiting = new Set<IncomingMessage>();
  #read = 0;
  #turnEnds = false;

  /** Tells that a body is about to be read; it may have to wait for those that did already. */
  enter(request: IncomingMessage): void {
    if (this.#waiting.size > 0 || this.#read > bytesPerTurn) this.#wait(request);
  }

  /** Tells of a chunk that came; the rest of that body may have to wait for another turn. */
  took(request: IncomingMessage, bytes: number): void {
    this.#read += bytes;
    if (this.#read > bytesPerTurn) this.#wait(request);
    this.#endTurn();
  }

  /** Tells that nobody reads this body any more. */
  leave(request: IncomingMessage): void {
    this.#waiting.delete(request);
  }

  #wait(request: IncomingMessage): void {
    request.pause();
    this.#waiting.add(request);
    this.#endTurn();
  }

  #endTurn(): void {
    if (this.#turnEnds) return;
    this.#turnEnds = true;
    setImmediate(() => {
      this.#turnEnds = false;
      this.#nextTurn();
    });
  }

  #nextTurn(): void {
    this.#read = 0;
    let places = resumedPerTurn;
    for (const request of this.#waiting) {
      if (places-- === 0) break;
      this.#waiting.delete(request);
      request.resume();
    }
    if (this.#waiting.size > 0) this.#endTurn();
  }
}

/** One for the process, as the event loop is. */
export const readingPace = new ReadingPace();
