import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Work that is too long for one turn of the event loop, done in steps, one a turn: first come, first served. One after
 * the other, because what takes turns at the same time makes each of them longer.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param enough ends the work early, without a result, when it says so after a step
   * @throws the reason of `signal` when it fires before the end; what the work throws
   */
  run<Result>(
    work: Generator<void, Result>,
    enough: () => boolean,
    signal: AbortSignal,
  ): Promise<Result | undefined> {
    const mine = this.#last.then(() => step(work, enough, signal));
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}

async function step<Result>(
  work: Generator<void, Result>,
  enough: () => boolean,
  signal: AbortSignal,
): Promise<Result | undefined> {
  for (;;) {
    signal.throwIfAborted();
    const { done, value } = work.next();
    if (done === true) return value;
    if (enough()) return undefined;
    await nextTurn();
  }
}
