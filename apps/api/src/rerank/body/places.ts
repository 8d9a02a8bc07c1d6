interface Waiting {
  readonly start: () => void;
}

/** Bounds how many requests are on a part of their way at a time; others wait, first come, first served. */
export class Places {
  readonly #waiting: Waiting[] = [];
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Resolves when there is a place. It is given up when `left` fires.
   * @throws the reason of `signal` when it fires before
   */
  async take(signal: AbortSignal, left: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await this.#wait(signal);
    if (left.aborted) this.#giveUp();
    else left.addEventListener('abort', () => this.#giveUp(), { once: true });
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(signal.reason as Error);
      };
      const entry: Waiting = {
        start: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(entry);
    });
  }

  #giveUp(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next.start();
  }
}
