import { FaceError } from '@face/errors';
import type { CallContext } from './call-context.js';
import { withinContext } from './within-context.js';

/** Lets at most so many calls run at a time; the others wait in the order in which they came. */
export class CallLimit {
  private taken = 0;
  /** Those who wait, the first first. */
  private readonly queue = new Set<() => void>();

  /** @param mostWaiting how many may wait; one more is refused */
  constructor(
    private readonly most: number,
    private readonly mostWaiting = Infinity,
  ) {}

  /** Places that are taken. */
  get running(): number {
    return this.taken;
  }

  /** Callers that wait for a place. */
  get waiting(): number {
    return this.queue.size;
  }

  /** @throws FaceError as {@link enter} does, and what the call throws. */
  async run<T>(context: CallContext, call: () => Promise<T>): Promise<T> {
    const leave = await this.enter(context);
    try {
      return await call();
    } finally {
      leave();
    }
  }

  /**
   * Waits for a place, no longer than its caller does.
   * @returns gives the place back; to be called once.
   * @throws FaceError `overloaded` when too many wait; `deadline_exceeded`, `cancelled` or the reason of the signal when
   * the caller's time is over.
   */
  async enter(context: CallContext): Promise<() => void> {
    if (context.signal.aborted || context.deadline <= Date.now() || this.taken >= this.most) {
      await this.wait(context);
    } else this.taken += 1;
    return () => this.leave();
  }

  private async wait(context: CallContext): Promise<void> {
    if (this.queue.size >= this.mostWaiting) {
      throw new FaceError(
        'overloaded',
        'As many requests as may wait for the model server wait already. Try again shortly.',
        { retryAfterSeconds: 1, limit: 'model_calls' },
      );
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.queue.add(resolve);
    try {
      await withinContext(promise, context, 'The request waited too long for its turn at the model server.');
    } catch (error) {
      // Its turn may have come in the very moment in which it gave up.
      if (!this.queue.delete(resolve)) this.leave();
      throw error;
    }
  }

  private leave(): void {
    // The place is handed on, so nobody who comes now can take it in between.
    const [next] = this.queue;
    if (next === undefined) {
      this.taken -= 1;
    } else {
      this.queue.delete(next);
      next();
    }
  }
}
