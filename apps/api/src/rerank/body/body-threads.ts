import type { BodyJob, BodyResult } from './body-messages.js';
import { BodyThread } from './body-thread.js';

interface Waiting {
  readonly job: BodyJob;
  readonly take: (result: Promise<BodyResult>) => void;
}

/** Threads that read bodies, first come, first served. How many wait is bounded by how many requests are admitted. */
export class BodyThreads {
  readonly #threads: readonly BodyThread[];
  readonly #waiting: Waiting[] = [];

  constructor(count: number) {
    this.#threads = Array.from({ length: count }, () => new BodyThread());
  }

  /**
   * Once begun a body is read to its end, though nobody may want it any more.
   * @throws the reason of `signal` when it aborts before the result is there
   */
  read(job: BodyJob, signal: AbortSignal): Promise<BodyResult> {
    return new Promise((resolve, reject) => {
      const entry: Waiting = { job, take: (result) => void result.then(settle) };
      const settle = (result: BodyResult) => {
        signal.removeEventListener('abort', leave);
        resolve(result);
        this.#startNext();
      };
      const leave = () => {
        const place = this.#waiting.indexOf(entry);
        if (place !== -1) this.#waiting.splice(place, 1);
        reject(signal.reason as Error);
      };
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(entry);
      this.#startNext();
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  #startNext(): void {
    const thread = this.#threads.find(({ idle }) => idle);
    if (thread === undefined) return;
    const next = this.#waiting.shift();
    next?.take(thread.read(next.job));
  }
}
