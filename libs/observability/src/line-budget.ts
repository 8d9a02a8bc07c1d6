/** Of the lines beyond the budget one in so many is written. */
const oneIn = 100;

interface Kind {
  second: number;
  written: number;
  /** Left out since the last line that was written. */
  skipped: number;
}

/**
 * Samples the lines of a log under overload: of each kind the first lines of a second are written, and of the others
 * one in a hundred. A line tells how many of its kind were left out before it, so that none goes uncounted.
 */
export class LineBudget {
  private readonly kinds = new Map<string, Kind>();

  constructor(
    private readonly perSecond: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @returns how many were left out since the last one that was written; undefined to leave out this one, too. */
  take(name: string): number | undefined {
    const second = Math.floor(this.now() / 1000);
    const kind = this.kinds.get(name) ?? { second, written: 0, skipped: 0 };
    this.kinds.set(name, kind);
    if (kind.second !== second) Object.assign(kind, { second, written: 0 });
    if (kind.written >= this.perSecond && kind.skipped + 1 < oneIn) {
      kind.skipped += 1;
      return undefined;
    }
    const { skipped } = kind;
    kind.written += 1;
    kind.skipped = 0;
    return skipped;
  }
}
