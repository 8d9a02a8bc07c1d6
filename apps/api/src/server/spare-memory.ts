import { freeMemoryReturn } from '@face/native';
import type { OpenResponses } from '../http/open-responses.js';

/** Milliseconds between two looks. */
const interval = 1000;

/** Bytes beyond what the heap and its buffers hold: less is code, stacks, and what the next requests use again. */
const usualSpare = 256 * 2 ** 20;

/** Bytes by which it has to grow before giving back is tried again: each try holds up who allocates. */
const worthwhile = 64 * 2 ** 20;

/** Bytes that the process has and nothing uses, as far as can be seen from outside of malloc. */
export function spareBytes({ rss, heapTotal, external }: NodeJS.MemoryUsage): number {
  return rss - heapTotal - external;
}

/**
 * Gives memory back to the system that a burst of requests has left behind: photos come in all sizes, and what was
 * freed of them lies between what is in use, where malloc keeps it for good. Done when no answer is open, since
 * requests would have to wait for it.
 */
export class SpareMemory {
  readonly #timer: NodeJS.Timeout;
  /** Bytes of spare memory from which on giving back is worth it. */
  #worthReturning = usualSpare;
  #returning = false;

  /** @param usage what the process has, in bytes */
  constructor(
    private readonly responses: Pick<OpenResponses, 'count'>,
    private readonly returnMemory: () => Promise<void>,
    private readonly usage: () => NodeJS.MemoryUsage,
  ) {
    this.#timer = setInterval(() => void this.look(), interval).unref();
  }

  /** @returns undefined where the C library cannot give memory back */
  static watch(responses: Pick<OpenResponses, 'count'>): SpareMemory | undefined {
    const returnMemory = freeMemoryReturn();
    return returnMemory && new SpareMemory(responses, returnMemory, () => process.memoryUsage());
  }

  /** Gives memory back if there is enough of it and nobody waits. */
  async look(): Promise<void> {
    if (this.#returning || this.responses.count > 0) return;
    if (spareBytes(this.usage()) < this.#worthReturning) return;
    this.#returning = true;
    try {
      await this.returnMemory();
    } finally {
      this.#returning = false;
    }
    this.#worthReturning = Math.max(usualSpare, spareBytes(this.usage()) + worthwhile);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
