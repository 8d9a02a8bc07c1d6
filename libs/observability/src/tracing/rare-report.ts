const pauseMs = 60_000;

/** Tells what goes on for long once a minute only. */
export class RareReport {
  private last = -Infinity;

  constructor(
    private readonly report: (sentence: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  tell(sentence: string): void {
    if (this.now() - this.last < pauseMs) return;
    this.last = this.now();
    this.report(sentence);
  }
}
