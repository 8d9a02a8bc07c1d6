/** What the main thread and a worker thread say to each other; `Job` and `Result` must survive a structured clone. */
export type ToWorker<Job> =
  { readonly type: 'run'; readonly id: number; readonly job: Job } | { readonly type: 'close' };

export type FromWorker<Result> =
  | { readonly type: 'ready' }
  | {
      readonly type: 'done';
      readonly id: number;
      readonly result: Result;
      readonly times: RunTimes;
    }
  | { readonly type: 'refused'; readonly id: number; readonly reason: string }
  | { readonly type: 'failed'; readonly id: number; readonly reason: string };

/** On the clock of `process.hrtime.bigint()`, which all threads share. */
export interface RunTimes {
  readonly started: bigint;
  readonly ended: bigint;
}
