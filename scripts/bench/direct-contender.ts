import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Contender } from './contender.ts';
import type { DirectJob, DirectResult } from './direct.worker.ts';
import type { Round } from './round.ts';
import type { Scenario } from './scenarios.ts';

/**
 * The pack's models called directly through onnxruntime, without decoding, alignment or a server: what the
 * machine could do at most with as many threads. One "request" is one photo with one face: one run of each model.
 */
export class DirectContender implements Contender {
  readonly name = 'models only';
  readonly #workers: readonly Worker[];

  private constructor(workers: readonly Worker[]) {
    this.#workers = workers;
  }

  /** @param models paths of the ONNX files that one face needs */
  static async open(models: readonly string[], threads: number): Promise<DirectContender> {
    const entry = new URL('direct.worker.ts', import.meta.url);
    const workers = Array.from({ length: threads }, () => new Worker(entry, { workerData: models }));
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    return new DirectContender(workers);
  }

  refusal({ name }: Scenario): Promise<string | undefined> {
    return Promise.resolve(/^A\d+$/.test(name) ? undefined : 'no such thing without a server');
  }

  async run({ concurrency }: Scenario, seconds: number): Promise<Round> {
    const busy = this.#workers.slice(0, concurrency);
    const cpuBefore = process.cpuUsage();
    const start = performance.now();
    const job: DirectJob = { seconds };
    const results = await Promise.all(
      busy.map(async (worker) => {
        worker.postMessage(job);
        const [latencies] = (await once(worker, 'message')) as [DirectResult];
        return latencies;
      }),
    );
    const { user, system } = process.cpuUsage(cpuBefore);
    return {
      seconds: (performance.now() - start) / 1000,
      latencies: results.flat(),
      errors: new Map(),
      cpu: { models: (user + system) / 1000 },
      memory: Number.NaN,
      longestPause: Number.NaN,
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
