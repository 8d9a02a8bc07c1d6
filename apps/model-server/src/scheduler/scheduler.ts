import { type InferenceContext, ProtocolError, invalidArgument, queueFull, requestLabel } from '@face/kserve';
import { status } from '@grpc/grpc-js';
import { JobRefusedError, WorkerDiedError } from '../workers/job-errors.js';
import type { JobResult, PreparedJob, WorkerThread } from '../workers/worker-thread.js';
import { JobQueue, type QueueLimits, type Queued } from './job-queue.js';

/** A part of a request that one worker does at a time. */
export interface ScheduledJob<Job> extends Queued {
  /** Copies the job's data out of the request. Called when a worker is free, and again when that one has died. */
  prepare(): PreparedJob<Job>;
}

/** The workers, as far as the scheduler needs them. */
export interface Workers<Job, Result> {
  readonly free: Pick<WorkerThread<Job, Result>, 'run'> | undefined;
}

/** A request whose jobs wait or run. */
interface Request<Result> {
  readonly id: string;
  readonly context: InferenceContext;
  readonly results: JobResult<Result>[];
  open: number;
  settled: boolean;
  readonly resolve: (results: JobResult<Result>[]) => void;
  readonly reject: (error: Error) => void;
}

interface Entry<Job, Result> extends Queued {
  readonly job: ScheduledJob<Job>;
  readonly index: number;
  readonly request: Request<Result>;
}

/**
 * Gives the jobs of all requests to the workers, in the order of their arrival. Jobs of calls that were cancelled or
 * are past their deadline are dropped; one that runs is never interrupted, its result is thrown away.
 */
export class Scheduler<Job, Result> {
  private readonly queue: JobQueue<Entry<Job, Result>>;

  constructor(
    private readonly workers: Workers<Job, Result>,
    limits: QueueLimits,
  ) {
    this.queue = new JobQueue(limits);
  }

  /** Jobs that wait for a worker. */
  get waiting(): number {
    return this.queue.waiting.length;
  }

  /**
   * @param id of the request, for the texts of errors
   * @returns the results in the order of the jobs
   * @throws ProtocolError when the queue is full, the call was given up, a job was refused or its worker failed
   */
  async run(
    id: string,
    jobs: readonly ScheduledJob<Job>[],
    context: InferenceContext,
  ): Promise<JobResult<Result>[]> {
    if (jobs.length === 0) return [];
    const { promise, resolve, reject } = Promise.withResolvers<JobResult<Result>[]>();
    const request: Request<Result> = {
      id,
      context,
      results: [],
      open: jobs.length,
      settled: false,
      resolve,
      reject,
    };
    const entries = jobs.map((job, index) => ({ job, index, request, bytes: job.bytes }));
    this.dropExpired();
    if (!this.queue.add(entries)) throw queueFull(id);
    const giveUp = () => this.fail(request, givenUp(request));
    context.signal.addEventListener('abort', giveUp, { once: true });
    if (context.signal.aborted) giveUp();
    this.pump();
    return promise.finally(() => context.signal.removeEventListener('abort', giveUp));
  }

  /** Gives waiting jobs to workers that can take some; to be called when one has become free. */
  pump(): void {
    for (let worker = this.workers.free; worker !== undefined; worker = this.workers.free) {
      const entry = this.queue.take();
      if (entry === undefined) return;
      if (isExpired(entry.request)) this.fail(entry.request, givenUp(entry.request));
      else void this.start(entry, worker);
    }
  }

  private async start(
    entry: Entry<Job, Result>,
    worker: Pick<WorkerThread<Job, Result>, 'run'>,
  ): Promise<void> {
    const { request, index, job } = entry;
    try {
      const prepared = job.prepare();
      request.results[index] = await worker.run(prepared).finally(() => prepared.release?.());
      request.open -= 1;
      if (request.open === 0) this.settle(request, () => request.resolve(request.results));
    } catch (error) {
      if (error instanceof WorkerDiedError && error.notBegun && !request.settled) this.queue.putBack(entry);
      else this.fail(request, translate(error, request.id));
    }
    this.pump();
  }

  private fail(request: Request<Result>, error: Error): void {
    this.settle(request, () => request.reject(error));
    this.queue.remove((entry) => entry.request === request);
  }

  private settle(request: Request<Result>, tell: () => void): void {
    if (!request.settled) tell();
    request.settled = true;
  }

  /** A full queue shall not refuse the living for the dead. */
  private dropExpired(): void {
    const expired = this.queue.waiting.map(({ request }) => request).filter(isExpired);
    for (const request of new Set(expired)) this.fail(request, givenUp(request));
  }
}

function isExpired({ context }: { readonly context: InferenceContext }): boolean {
  return context.deadline <= Date.now();
}

function givenUp(request: { readonly context: InferenceContext }): ProtocolError {
  return isExpired(request)
    ? new ProtocolError(status.DEADLINE_EXCEEDED, 'Deadline Exceeded')
    : new ProtocolError(status.CANCELLED, 'CANCELLED');
}

function translate(error: unknown, id: string): Error {
  if (error instanceof JobRefusedError) return invalidArgument(`${requestLabel(id)}${error.message}`);
  if (error instanceof WorkerDiedError) {
    const text = `${requestLabel(id)}the inference worker ended while it ran the request; another one takes its place`;
    return new ProtocolError(status.INTERNAL, text, { cause: error });
  }
  // A fault of ours: the caller of this method reports it and tells the client no details.
  return error instanceof Error ? error : new Error(String(error));
}
