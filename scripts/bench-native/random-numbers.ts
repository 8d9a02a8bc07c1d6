/** Random numbers that a seed repeats, on every machine: the generator "mulberry32" of 32 bits. */
export class RandomNumbers {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** @returns a number in [0, 1) */
  uniform(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** @returns a whole number from 0 to `limit` - 1 */
  below(limit: number): number {
    return Math.floor(this.uniform() * limit);
  }

  /** @returns a number of the standard normal distribution, by Box and Muller */
  normal(): number {
    // 1 - u is never 0, whose logarithm is infinite.
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }
}
