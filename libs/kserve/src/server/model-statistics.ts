import { ModelStatistics, type StatisticDuration } from '../generated/inference/grpc_service.js';
import type { InferenceTimes, ModelDefinition } from './model.js';

/** Counters of one model since the start. */
export class StatisticsRecorder {
  private readonly durations = {
    success: zero(),
    fail: zero(),
    queue: zero(),
    computeInput: zero(),
    computeInfer: zero(),
    computeOutput: zero(),
    cacheHit: zero(),
    cacheMiss: zero(),
  };
  private readonly batches = new Map<number, BatchDurations>();
  private lastInference = 0;
  private inferences = 0;
  private executions = 0;

  /**
   * @param batchSize items of the request
   * @param total nanoseconds from the request's arrival to its answer
   * @param times undefined when the model does not tell: all of `total` was inference
   */
  recordSuccess(batchSize: number, total: bigint, times: InferenceTimes | undefined): void {
    const { queue, input, infer, output, executions } = times ?? {
      queue: 0n,
      input: 0n,
      infer: total,
      output: 0n,
      executions: 1,
    };
    this.lastInference = Date.now();
    this.inferences += batchSize;
    this.executions += executions;
    add(this.durations.success, 1, total);
    add(this.durations.queue, 1, queue);
    const batch = this.batch(Math.round(batchSize / executions));
    for (const [key, ns] of [
      ['computeInput', input],
      ['computeInfer', infer],
      ['computeOutput', output],
    ] as const) {
      add(this.durations[key], 1, ns);
      add(batch[key], executions, ns);
    }
  }

  /** @param total nanoseconds from the request's arrival to its refusal */
  recordFailure(total: bigint): void {
    add(this.durations.fail, 1, total);
  }

  snapshot({ name, version }: ModelDefinition): ModelStatistics {
    return ModelStatistics.fromPartial({
      name,
      version: String(version),
      lastInference: this.lastInference,
      inferenceCount: this.inferences,
      executionCount: this.executions,
      inferenceStats: this.durations,
      batchStats: [...this.batches].map(([batchSize, durations]) => ({ batchSize, ...durations })),
    });
  }

  private batch(size: number): BatchDurations {
    const batch = this.batches.get(size) ?? {
      computeInput: zero(),
      computeInfer: zero(),
      computeOutput: zero(),
    };
    this.batches.set(size, batch);
    return batch;
  }
}

type BatchDurations = Record<'computeInput' | 'computeInfer' | 'computeOutput', StatisticDuration>;

function zero(): StatisticDuration {
  return { count: 0n, ns: 0n };
}

function add(duration: StatisticDuration, count: number, ns: bigint): void {
  duration.count += BigInt(count);
  duration.ns += ns;
}
