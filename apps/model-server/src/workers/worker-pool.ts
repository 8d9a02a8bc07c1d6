import { WorkerThread } from './worker-thread.js';

/** A worker that does not start is tried again this often before the program gives up. */
const maxFailedStarts = 3;

/**
 * Jobs given to one worker at a time: one that runs, and one that it finds at once when that is done, without
 * waiting for the main thread.
 */
const jobsPerWorker = 2;

export interface WorkerPoolOptions {
  readonly script: URL;
  /** For the script, by structured clone. */
  readonly data: unknown;
  readonly threads: number;
  /** Called when a worker has ended without being asked, and is being replaced. */
  readonly onDeath: (reason: string) => void;
  /** Called when workers cannot be started any more. */
  readonly onFatal: (reason: string) => void;
  /** Called when a worker can take a job. */
  readonly onFree: () => void;
}

/** Keeps a number of equal worker threads running. */
export class WorkerPool<Job, Result> {
  private readonly workers = new Set<WorkerThread<Job, Result>>();
  private failedStarts = 0;
  private started = 0;
  private closing = false;

  constructor(private readonly options: WorkerPoolOptions) {}

  /** @throws Error with the reason when a worker does not start */
  async start(): Promise<void> {
    const workers = Array.from({ length: this.options.threads }, () => this.add());
    const starts = await Promise.allSettled(workers.map((worker) => worker.ready));
    const failed = starts.find((start) => start.status === 'rejected');
    if (failed !== undefined) {
      await this.close();
      throw failed.reason;
    }
    for (const worker of workers) this.watch(worker);
  }

  /** Whether any worker takes jobs. */
  get ready(): boolean {
    return [...this.workers].some(({ load }) => load !== undefined);
  }

  /** The worker with the fewest jobs that can take one more. */
  get free(): WorkerThread<Job, Result> | undefined {
    let best: WorkerThread<Job, Result> | undefined;
    for (const worker of this.workers) {
      const { load = jobsPerWorker } = worker;
      if (load < (best?.load ?? jobsPerWorker)) best = worker;
    }
    return best;
  }

  /** Lets the workers finish what they were given. */
  async close(): Promise<void> {
    this.closing = true;
    await Promise.all([...this.workers].map((worker) => worker.close()));
  }

  private add(): WorkerThread<Job, Result> {
    const { script, data } = this.options;
    const worker = new WorkerThread<Job, Result>(script, data, `inference-${++this.started}`);
    this.workers.add(worker);
    return worker;
  }

  /** Replaces the worker when it has died. */
  private watch(worker: WorkerThread<Job, Result>): void {
    void worker.ended.then((reason) => {
      this.workers.delete(worker);
      if (this.closing) return;
      this.options.onDeath(reason);
      this.replace();
    });
  }

  private replace(): void {
    const worker = this.add();
    worker.ready.then(
      () => {
        this.failedStarts = 0;
        this.watch(worker);
        this.options.onFree();
      },
      (error: Error) => {
        this.workers.delete(worker);
        if (this.closing) return;
        this.failedStarts += 1;
        if (this.failedStarts < maxFailedStarts) this.replace();
        else this.options.onFatal(error.message);
      },
    );
  }
}
