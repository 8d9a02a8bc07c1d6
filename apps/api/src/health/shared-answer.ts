/**
 * Asks once for all who want to know at the same time. Health needs no key and asks Triton for real: a thousand requests
 * in one packet must not become thousands of calls.
 */
export class SharedAnswer<Answer> {
  #pending: Promise<Answer> | undefined;

  constructor(private readonly ask: () => Promise<Answer>) {}

  /** An answer that was begun to be found out at most one round trip ago. */
  get(): Promise<Answer> {
    this.#pending ??= this.ask().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }
}
