export type Stage = 'decode' | 'align' | 'inference';

/**
 * How long the stages of a request took. Work of one stage runs in parallel, so a stage is counted while at least one
 * piece of it is under way: never more than the whole request.
 */
export class StageClock {
  private readonly start: number;
  private readonly open = new Map<Stage, { running: number; since: number }>();
  private readonly spent = new Map<Stage, number>();

  constructor(private readonly now: () => number = () => performance.now()) {
    this.start = now();
  }

  async measure<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
    const span = this.open.get(stage) ?? { running: 0, since: 0 };
    this.open.set(stage, span);
    if (span.running === 0) span.since = this.now();
    span.running += 1;
    try {
      return await work();
    } finally {
      span.running -= 1;
      if (span.running === 0) this.spent.set(stage, this.milliseconds(stage) + this.now() - span.since);
    }
  }

  /** Of the pieces that have ended. */
  milliseconds(stage: Stage): number {
    return this.spent.get(stage) ?? 0;
  }

  /** In milliseconds, as answers tell them, to the microsecond. */
  timings(): { decode_ms: number; align_ms: number; inference_ms: number; total_ms: number } {
    const rounded = (milliseconds: number) => Math.round(milliseconds * 1000) / 1000;
    return {
      decode_ms: rounded(this.milliseconds('decode')),
      align_ms: rounded(this.milliseconds('align')),
      inference_ms: rounded(this.milliseconds('inference')),
      total_ms: rounded(this.now() - this.start),
    };
  }
}
