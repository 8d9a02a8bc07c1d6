/** Something that waits for a worker. */
export interface Queued {
  /** Bytes that it keeps in memory. */
  readonly bytes: number;
}

export interface QueueLimits {
  readonly items: number;
  readonly bytes: number;
}

/** First in, first out, and bounded: what does not fit is refused at once instead of waiting without end. */
export class JobQueue<Item extends Queued> {
  private items: Item[] = [];
  private waitingBytes = 0;

  constructor(private readonly limits: QueueLimits) {}

  get waiting(): readonly Item[] {
    return this.items;
  }

  /**
   * Adds all of them or none. An empty queue takes any number, so that no request is refused for ever.
   * @returns false when they do not fit
   */
  add(items: readonly Item[]): boolean {
    const bytes = sumBytes(items);
    const fits =
      this.items.length + items.length <= this.limits.items && this.waitingBytes + bytes <= this.limits.bytes;
    if (!fits && this.items.length > 0) return false;
    this.items.push(...items);
    this.waitingBytes += bytes;
    return true;
  }

  /** Puts back what was taken and could not be begun; it was admitted once and is not refused now. */
  putBack(item: Item): void {
    this.items.unshift(item);
    this.waitingBytes += item.bytes;
  }

  take(): Item | undefined {
    const item = this.items.shift();
    if (item !== undefined) this.waitingBytes -= item.bytes;
    return item;
  }

  /** Removes what nobody waits for any more. */
  remove(unwanted: (item: Item) => boolean): void {
    this.items = this.items.filter((item) => !unwanted(item));
    this.waitingBytes = sumBytes(this.items);
  }
}

function sumBytes(items: readonly Queued[]): number {
  return items.reduce((sum, { bytes }) => sum + bytes, 0);
}
