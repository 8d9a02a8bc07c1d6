/**
 * Says when this process has to end: SIGTERM, SIGINT (Ctrl-C), or the end of a parent that started it with an
 * IPC channel, which must not leave it behind. Further signals change nothing: a Ctrl-C reaches every process
 * of the terminal, and the parent's own SIGTERM follows.
 */
export class StopRequest {
  readonly #abort = new AbortController();

  /** Resolves when it comes. */
  readonly came: Promise<void>;

  constructor() {
    this.came = new Promise((resolve) => {
      this.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    process.on('SIGTERM', () => this.#abort.abort());
    process.on('SIGINT', () => this.#abort.abort());
    if (process.channel !== undefined) process.once('disconnect', () => this.#abort.abort());
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }
}
