import type { IncomingMessage } from 'node:http';

/**
 * Bytes of bodies that one turn of the event loop takes in, in about a millisecond. Left alone, Node reads up to two
 * megabytes of every connection that has them before anything else gets its turn.
 */
const bytesPerTurn = 1_048_576;

/** Of those that wait, as many go on when the others had little to bring. */
const resumedPerTurn = 8;

/**
 * Shares the turns of the event loop between the bodies that are coming in, and everything else. The body that began
 * first is read first as long as it comes fast enough: if all were read alike, all would be there at the same time, at
 * the end.
 */
export class ReadingPace {
  /** Those that wait, by the number of their arrival. */
  readonly #waiting = new Map<IncomingMessage, number>();
  readonly #arrivals = new WeakMap<IncomingMessage, number>();
  #lastArrival = 0;
  #read = 0;
  #turnEnds = false;

  /** Tells that a body is about to be read; it may have to wait for those that did already. */
  enter(request: IncomingMessage): void {
    this.#arrivals.set(request, ++this.#lastArrival);
    if (this.#waiting.size > 0 || this.#read >= bytesPerTurn) this.#wait(request);
  }

  /** Tells of a chunk that came; the rest of that body may have to wait for another turn. */
  took(request: IncomingMessage, bytes: number): void {
    this.#read += bytes;
    if (this.#read >= bytesPerTurn) this.#wait(request);
    this.#endTurn();
  }

  /** Tells that nobody reads this body any more. */
  leave(request: IncomingMessage): void {
    this.#waiting.delete(request);
  }

  #wait(request: IncomingMessage): void {
    request.pause();
    this.#waiting.set(request, this.#arrivals.get(request) ?? 0);
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
    const resumed = this.#read >= bytesPerTurn ? 1 : resumedPerTurn;
    this.#read = 0;
    const first = [...this.#waiting].sort(([, a], [, b]) => a - b).slice(0, resumed);
    for (const [request] of first) {
      this.#waiting.delete(request);
      request.resume();
    }
    if (this.#waiting.size > 0) this.#endTurn();
  }
}

/** One for the process, as the event loop is. */
export const readingPace = new ReadingPace();
