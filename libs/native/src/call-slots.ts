import { availableParallelism } from 'node:os';
import { Workspace } from './workspace.js';

interface Waiting {
  readonly start: (workspace: Workspace) => void;
}

/**
 * Bounds how many native calls run in threads at a time: they keep a core each busy, and with more of them than cores
 * the event loop waits for its turn as long as they take. First come, first served.
 */
export class CallSlots {
  readonly #free: Workspace[];
  readonly #waiting: Waiting[] = [];

  constructor(count: number) {
    this.#free = Array.from({ length: count }, () => new Workspace());
  }

  /**
   * Runs `call` when a slot is free, with the slot's workspace. A call that has begun runs to its end.
   * @throws the reason of `signal` when it fires before that; what `call` throws
   */
  async run<Result>(
    signal: AbortSignal | undefined,
    call: (workspace: Workspace) => Promise<Result>,
  ): Promise<Result> {
    const workspace = this.#free.pop() ?? (await this.#wait(signal));
    try {
      return await call(workspace);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(workspace);
      else next.start(workspace);
    }
  }

  #wait(signal: AbortSignal | undefined): Promise<Workspace> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(signal?.reason as Error);
      };
      const entry: Waiting = {
        start: (workspace) => {
          signal?.removeEventListener('abort', leave);
          resolve(workspace);
        },
      };
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiting.push(entry);
    });
  }
}

/** Of the thread's event loop. One core stays free for it; more threads than four libuv does not have by default. */
export const callSlots = new CallSlots(Math.max(1, Math.min(4, availableParallelism() - 1)));
