/** Remembers a bounded number of texts: the ones that were used last. */
export class RecentSet {
  /** A Set keeps the order in which things were added. */
  readonly #texts = new Set<string>();

  constructor(private readonly most: number) {}

  /** Whether it is remembered; it counts as used then. */
  touch(text: string): boolean {
    if (!this.#texts.delete(text)) return false;
    this.#texts.add(text);
    return true;
  }

  add(text: string): void {
    this.#texts.delete(text);
    this.#texts.add(text);
    if (this.#texts.size <= this.most) return;
    const [oldest] = this.#texts;
    if (oldest !== undefined) this.#texts.delete(oldest);
  }
}
