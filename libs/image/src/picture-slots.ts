import { availableParallelism } from 'node:os';
import { abandoned } from './image-limits.js';

/** A picture of this many pixels takes one slot to be decoded, a larger one more: decoded it holds 3 bytes a pixel. */
const pixelsPerDecoder = 16_000_000;

/** Pictures count as no less when they are held: the detector's view of one is that large, too. */
const pixelsPerPlace = 1_000_000;
/** Half a gigabyte. */
const placesForHeld = 170;

interface Waiting {
  readonly weight: number;
  readonly start: () => void;
}

/**
 * Bounds how many pictures are worked on at the same time, and with that the memory for them. First come,
 * first served; the queue is as long as the callers' own admission lets it be.
 */
export class PictureSlots {
  private free: number;
  private readonly waiting: Waiting[] = [];

  constructor(
    private readonly capacity: number,
    private readonly pixelsPerSlot: number,
  ) {
    this.free = capacity;
  }

  /**
   * Runs `task` when there is room for a picture, or several, of that many pixels. A task that has begun runs to its end.
   * @throws FaceError `cancelled` or `deadline_exceeded` when `signal` fires before that.
   */
  async run<T>(pixels: number, signal: AbortSignal | undefined, task: () => Promise<T>): Promise<T> {
    const weight = Math.min(this.capacity, Math.max(1, Math.round(pixels / this.pixelsPerSlot)));
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
export const decodeSlots = new PictureSlots(Math.max(2, availableParallelism()), pixelsPerDecoder);

/**
 * For pictures from their decoding until their faces are cut out, the time with the model server included: without it a
 * slow model server would let the photos of all requests pile up decoded. Who needs several at a time has to take them
 * at once, or two would wait for each other.
 */
export const heldPictures = new PictureSlots(placesForHeld, pixelsPerPlace);
