import { inSpan, inSpanHere } from './in-span.js';

/** What the work of a request consists of. */
export const stages = ['decode', 'inference', 'align', 'encode', 'rerank', 'merge'] as const;
export type Stage = (typeof stages)[number];

/**
 * How long the stages of a request took. Work of one stage runs in parallel, so a stage is counted while at least one
 * piece of it is under way: never more than the whole request. In a trace each piece is a span.
 */
export class StageClock {
  private readonly start: number;
  private readonly open = new Map<Stage, { running: number; since: number }>();
  private readonly spent = new Map<Stage, number>();

  constructor(private readonly now: () => number = () => performance.now()) {
    this.start = now();
  }

  async measure<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
    const end = this.begin(stage);
    return inSpan(stage, work).finally(end);
  }

  /** The same for work that does not wait for anything. */
  measureHere<T>(stage: Stage, work: () => T): T {
    const end = this.begin(stage);
    try {
      return inSpanHere(stage, work);
    } finally {
      end();
    }
  }

  /** Of the pieces that have ended. */
  milliseconds(stage: Stage): number {
    return this.spent.get(stage) ?? 0;
  }

  /** Seconds of each stage of which any piece has ended. */
  seconds(): ReadonlyMap<Stage, number> {
    return new Map([...this.spent].map(([stage, milliseconds]) => [stage, milliseconds / 1000]));
  }

  /** In milliseconds, as answers tell them, to the microsecond. */
  timings() {
    const rounded = (milliseconds: number) => Math.round(milliseconds * 1000) / 1000;
    return {
      decode_ms: rounded(this.milliseconds('decode')),
      align_ms: rounded(this.milliseconds('align')),
      inference_ms: rounded(this.milliseconds('inference')),
      encode_ms: rounded(this.milliseconds('encode')),
      total_ms: rounded(this.now() - this.start),
    };
  }

  private begin(stage: Stage): () => void {
    const piece = this.open.get(stage) ?? { running: 0, since: 0 };
    this.open.set(stage, piece);
    if (piece.running === 0) piece.since = this.now();
    piece.running += 1;
    return () => {
      piece.running -= 1;
      if (piece.running === 0) this.spent.set(stage, this.milliseconds(stage) + this.now() - piece.since);
    };
  }
}
