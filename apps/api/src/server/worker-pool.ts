import { type MetricsAddress, StartError } from '@face/environment';
import { createLog, type LogOptions, WorkerMetrics } from '@face/observability';
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Settings } from '../config/settings.js';
import { listen } from './listen.js';
import { MetricsDoor } from './metrics-door.js';

/** A worker that lived this long was fine: its successor starts without a pause again. */
const soundMilliseconds = 60_000;
const longestPause = 30_000;

interface ReadyMessage {
  readonly type: 'ready';
  readonly url: string;
}

/** Several processes behind one port. This one only watches them: it answers no request itself. */
export class WorkerPool {
  readonly #log;
  readonly #port: number;
  #stopping = false;
  #failures = 0;

  #metrics: MetricsDoor | undefined;

  /** Where the workers listen, all of them at the same address. */
  url = '';

  private constructor(port: number, log: LogOptions) {
    this.#port = port;
    this.#log = createLog(log);
  }

  /**
   * Starts one worker and, when it is ready, the others: what stops the start is said once, not by each of them.
   * @throws StartError when a worker ends before all are ready; it has printed why.
   */
  static async start(settings: Settings, log: LogOptions, stop: AbortSignal): Promise<WorkerPool> {
    const { workers: size, host, port, metrics } = settings;
    const pool = new WorkerPool(port === 0 ? await freePort(host) : port, log);
    try {
      if (metrics !== undefined) await pool.#showMetrics(metrics);
      pool.url = await pool.#startWorker(stop);
      await Promise.all(Array.from({ length: size - 1 }, () => pool.#startWorker(stop)));
    } catch (error) {
      await pool.stop();
      throw error;
    }
    return pool;
  }

  get metricsUrl(): string | undefined {
    return this.#metrics?.url;
  }

  /** Asks every worker to drain and end, and resolves when the last one has. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(
      workers().map(
        (worker) =>
          new Promise<void>((resolve) => {
            if (worker.isDead()) resolve();
            worker.once('exit', () => resolve());
            worker.process.kill('SIGTERM');
          }),
      ),
    );
    await this.#metrics?.close();
  }

  async #showMetrics(address: MetricsAddress): Promise<void> {
    const metrics = new WorkerMetrics();
    this.#metrics = await MetricsDoor.open(
      address,
      () => metrics.collect(),
      (error) => this.#log.error(error, 'The metrics could not be read'),
    );
  }

  #startWorker(stop: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      const worker = this.#fork();
      const onExit = () => {
        reject(
          new StartError(stop.aborted ? 'Asked to end while starting.' : 'A worker process did not start.'),
        );
      };
      worker.once('exit', onExit);
      worker.on('message', (message: ReadyMessage) => {
        if (message.type !== 'ready') return;
        worker.off('exit', onExit);
        this.#watch(worker);
        resolve(message.url);
      });
    });
  }

  #fork(): Worker {
    return cluster.fork({ FACE_V3_PORT: String(this.#port) });
  }

  #watch(worker: Worker): void {
    const started = Date.now();
    worker.once('exit', (code, signal) => {
      if (this.#stopping) return;
      this.#failures = Date.now() - started > soundMilliseconds ? 0 : this.#failures + 1;
      const pause = this.#failures <= 1 ? 0 : Math.min(longestPause, 250 * 2 ** this.#failures);
      const how = signal === null ? `with code ${code}` : `by ${signal}`;
      this.#log.error(
        `Worker process ${worker.process.pid} ended ${how}; its successor starts in ${pause} ms`,
      );
      setTimeout(() => {
        if (!this.#stopping) this.#watch(this.#fork());
      }, pause);
    });
  }
}

function workers(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
}

/**
 * A port for all workers, the successors of dead ones too: each worker that asked for a free one itself after
 * the others had died would get another one.
 */
async function freePort(host: string): Promise<number> {
  const server = createServer();
  const url = await listen(server, { host, port: 0 });
  server.close();
  await once(server, 'close');
  return Number(new URL(url).port);
}
