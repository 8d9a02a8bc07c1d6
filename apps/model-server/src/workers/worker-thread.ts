import { Worker } from 'node:worker_threads';
import { JobFailedError, JobRefusedError, WorkerDiedError } from './job-errors.js';
import type { FromWorker, RunTimes, ToWorker } from './worker-messages.js';

/** Much longer than any job takes. */
const closePatienceMs = 10_000;

/** A job as it goes to a worker; the buffers in `transfer` are gone from this thread then. */
export interface PreparedJob<Job> {
  readonly job: Job;
  readonly transfer: readonly ArrayBuffer[];
  /** Called when no worker has the job any more, however it ended. */
  readonly release?: (() => void) | undefined;
}

export interface JobResult<Result> {
  readonly result: Result;
  readonly times: RunTimes;
}

interface Waiting<Result> {
  readonly resolve: (result: JobResult<Result>) => void;
  readonly reject: (error: Error) => void;
}

/** A worker thread that does one job after the other, in the order given. */
export class WorkerThread<Job, Result> {
  /** Resolves when the worker takes jobs; rejects with the reason when it ends before. */
  readonly ready: Promise<void>;
  /** Resolves with the reason when the worker has ended, asked or not. */
  readonly ended: Promise<string>;
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting<Result>>();
  private lastId = 0;
  private taking = false;

  /**
   * @param script a module that calls `serveJobs`
   * @param data for the script, by structured clone
   */
  constructor(script: URL, data: unknown, name: string) {
    this.worker = new Worker(script, { workerData: data, name });
    const started = Promise.withResolvers<void>();
    const over = Promise.withResolvers<string>();
    let reason = 'it ended';
    this.worker.on('message', (message: FromWorker<Result>) => {
      if (message.type === 'ready') {
        this.taking = true;
        started.resolve();
      } else {
        this.settle(message);
      }
    });
    this.worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    this.worker.on('exit', () => {
      this.taking = false;
      this.abandonJobs(reason);
      started.reject(new Error(reason));
      over.resolve(reason);
    });
    this.ready = started.promise;
    this.ended = over.promise;
    // Whoever starts workers waits for `ready` or for `ended`, not always for both.
    this.ready.catch(() => undefined);
  }

  /** Jobs given and not answered; undefined when the worker takes none. */
  get load(): number | undefined {
    return this.taking ? this.waiting.size : undefined;
  }

  /** @throws JobRefusedError, JobFailedError or WorkerDiedError */
  async run({ job, transfer }: PreparedJob<Job>): Promise<JobResult<Result>> {
    const id = ++this.lastId;
    const { promise, resolve, reject } = Promise.withResolvers<JobResult<Result>>();
    this.waiting.set(id, { resolve, reject });
    const message: ToWorker<Job> = { type: 'run', id, job };
    this.worker.postMessage(message, transfer);
    return promise;
  }

  /** Lets the worker finish what it was given, free its sessions and end; one that does not is cut off. */
  async close(): Promise<void> {
    this.taking = false;
    const message: ToWorker<Job> = { type: 'close' };
    this.worker.postMessage(message);
    const patience = setTimeout(() => void this.worker.terminate(), closePatienceMs);
    await this.ended;
    clearTimeout(patience);
  }

  private settle(message: Exclude<FromWorker<Result>, { type: 'ready' }>): void {
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.type === 'done') waiting?.resolve(message);
    else if (message.type === 'refused') waiting?.reject(new JobRefusedError(message.reason));
    else waiting?.reject(new JobFailedError(message.reason));
  }

  /** Jobs are begun in the order given, so only the first can have ended the worker. */
  private abandonJobs(reason: string): void {
    const abandoned = [...this.waiting.values()];
    this.waiting.clear();
    abandoned.forEach(({ reject }, index) => reject(new WorkerDiedError(reason, index > 0)));
  }
}
