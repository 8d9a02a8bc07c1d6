/** Share of the newest interval in the mean, so that some ten requests count. */
const newest = 0.1;

/**
 * Foretells how long a request would wait behind those in flight: their number times the mean time between two that
 * end while there is work (Little's law). All times are milliseconds of a clock that only goes forward.
 */
export class WaitForecast {
  #inFlight = 0;
  /** When the last one ended or, after a pause, the first one began. */
  #since = 0;
  #interval: number | undefined;

  /** @param atOnce requests that are worked on at the same time, and so wait for nobody */
  constructor(private readonly atOnce: number) {}

  get inFlight(): number {
    return this.#inFlight;
  }

  begin(now: number): void {
    if (this.#inFlight === 0) this.#since = now;
    this.#inFlight++;
  }

  end(now: number): void {
    const interval = now - this.#since;
    this.#interval =
      this.#interval === undefined ? interval : this.#interval + newest * (interval - this.#interval);
    this.#since = now;
    this.#inFlight--;
  }

  /** What one more request would have to wait; 0 as long as nothing is known. */
  get wait(): number {
    return Math.max(0, this.#inFlight + 1 - this.atOnce) * (this.#interval ?? 0);
  }
}
