import { availableParallelism } from 'node:os';
import { abandoned } from './image-limits.js';

/** A picture of this many pixels takes one slot, a larger one takes more: decoded it holds 3 bytes a pixel. */
const pixelsPerSlot = 16_000_000;

interface Waiting {
  readonly weight: number;
  readonly start: () => void;
}

/**
 * Bounds how many pictures are decoded at the same time, and with that the memory for them. First come,
 * first served; the queue is as long as the callers' own admission lets it be.
 */
export class DecodeSlots {
  private free: number;
  private readonly waiting: Waiting[] = [];

  constructor(private readonly capacity: number) {
    this.free = capacity;
  }

  /**
   * Runs `task` when there is room for a picture of that many pixels. A task that has begun runs to its end.
   * @throws FaceError `cancelled` or `deadline_exceeded` when `signal` fires before that.
   */
  async run<T>(pixels: number, signal: AbortSignal | undefined, task: () => Promise<T>): Promise<T> {
    const weight = Math.min(this.capacity, Math.max(1, Math.round(pixels / pixelsPerSlot)));
    await this.acquire(weight, signal);
    try {
      return await task();
    } finally {
      this.free += weight;
      this.startWaiting();
    }
  }

  private acquire(weight: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        if (signal) reject(abandoned(signal));
        this.startWaiting();
      };
      const entry: Waiting = {
        weight,
        start: () => {
          signal?.removeEventListener('abort', leave);
          this.free -= weight;
          resolve();
        },
      };
      this.waiting.push(entry);
      if (signal?.aborted) return leave();
      signal?.addEventListener('abort', leave, { once: true });
      this.startWaiting();
    });
  }

  private startWaiting(): void {
    for (let next = this.waiting[0]; next && next.weight <= this.free; next = this.waiting[0]) {
      this.waiting.shift();
      next.start();
    }
  }
}

/** One for the process: the memory and the threads that decoding uses are the process's too. */
export const decodeSlots = new DecodeSlots(Math.max(2, availableParallelism()));
