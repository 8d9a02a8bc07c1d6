import { StartError } from '@face/environment';
import type { InferenceContext } from '@face/kserve';
import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { LoadedPack } from '../packs/loaded-pack.js';
import type { FaceJob, FaceResult, FaceWorkerData } from '../workers/face-jobs.js';
import { WorkerPool } from '../workers/worker-pool.js';
import type { JobResult } from '../workers/worker-thread.js';
import { Scheduler, type ScheduledJob } from './scheduler.js';

export interface FaceSchedulerOptions {
  readonly pack: LoadedPack;
  readonly threads: number;
  /** Images and faces that may wait. */
  readonly queueSize: number;
  readonly mergeLibraryPath: string;
}

/** What the scheduler knows at any moment. */
export interface WorkLoad {
  /** Images and faces that wait for a worker thread. */
  readonly waiting: number;
  /** As many may wait. */
  readonly queueSize: number;
  readonly threads: number;
  /** Worker threads that ended without being asked, since the start. */
  readonly deaths: number;
}

/** Waiting pictures may keep this much memory, however few they are. */
const maxQueueBytes = 512 * 2 ** 20;

const workerScript = new URL('../workers/face.worker.js', import.meta.url);

/** The worker threads, each with a pipeline of its own, and what waits for them. */
export class FaceScheduler implements OnModuleInit, OnApplicationShutdown {
  /** Resolves with the reason when workers cannot be kept running any more. */
  readonly failed: Promise<string>;
  readonly threads: number;
  private readonly queueSize: number;
  private deaths = 0;
  private readonly pool: WorkerPool<FaceJob, FaceResult>;
  private readonly scheduler: Scheduler<FaceJob, FaceResult>;
  private readonly logger = new Logger('Workers');

  constructor({ pack, threads, queueSize, mergeLibraryPath }: FaceSchedulerOptions) {
    const failure = Promise.withResolvers<string>();
    const data: FaceWorkerData = { pack, mergeLibraryPath };
    this.failed = failure.promise;
    this.threads = threads;
    this.queueSize = queueSize;
    this.pool = new WorkerPool({
      script: workerScript,
      data,
      threads,
      onDeath: (reason) => {
        this.deaths += 1;
        this.logger.error(`An inference worker has ended and is replaced: ${reason}`);
      },
      onFatal: (reason) => failure.resolve(`Inference workers do not start any more: ${reason}`),
      onFree: () => this.scheduler.pump(),
    });
    this.scheduler = new Scheduler(this.pool, { items: queueSize, bytes: maxQueueBytes });
  }

  /** Whether requests can be answered at this moment. */
  get ready(): boolean {
    return this.pool.ready;
  }

  /** For metrics. */
  get load(): WorkLoad {
    const { threads, queueSize, deaths, scheduler } = this;
    return { waiting: scheduler.waiting, queueSize, threads, deaths };
  }

  /** See `Scheduler.run`. */
  async run(
    id: string,
    jobs: readonly ScheduledJob<FaceJob>[],
    context: InferenceContext,
  ): Promise<JobResult<FaceResult>[]> {
    return this.scheduler.run(id, jobs, context);
  }

  /** @throws StartError with the reason when the pipelines cannot be opened */
  async onModuleInit(): Promise<void> {
    try {
      await this.pool.start();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new StartError(`The inference workers do not start: ${reason}`, { cause });
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.close();
  }
}
