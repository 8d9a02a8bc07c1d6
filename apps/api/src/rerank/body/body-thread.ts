import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { BodyAnswer, BodyJob, BodyResult } from './body-messages.js';

/** Beside this file and of its kind. */
const program = new URL(`./body.worker${extname(import.meta.url)}`, import.meta.url);

/** What JSON.parse may make of the largest body; embeddings lie outside of the heap. */
const heapMegabytes = 1024;

/** A thread that reads one body after the other. It starts with the first and does not keep the process alive. */
export class BodyThread {
  #worker: Worker | undefined;
  #settle: ((result: BodyResult) => void) | undefined;

  get idle(): boolean {
    return this.#settle === undefined;
  }

  /** `bytes` of the job are gone from this thread then. One at a time. */
  read(job: BodyJob): Promise<BodyResult> {
    const worker = (this.#worker ??= this.#start());
    return new Promise((resolve) => {
      this.#settle = resolve;
      worker.postMessage(job, [job.bytes.buffer]);
    });
  }

  /** Ends the thread; a body that is being read fails. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(program, { resourceLimits: { maxOldGenerationSizeMb: heapMegabytes } });
    worker.unref();
    worker.on('message', ({ result, last }: BodyAnswer) => this.#answered(worker, result, last));
    worker.on('error', (error) => this.#answered(worker, deathOf(error), true));
    worker.on('exit', (code) => {
      const error = new Error(`The thread that reads bodies ended with code ${code}.`);
      this.#answered(worker, { kind: 'failed', error }, true);
    });
    return worker;
  }

  #answered(worker: Worker, result: BodyResult, last: boolean): void {
    if (this.#worker !== worker) return;
    if (last) this.#worker = undefined;
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(result);
  }
}

function deathOf(error: unknown): BodyResult {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ERR_WORKER_OUT_OF_MEMORY') {
    return { kind: 'failed', error };
  }
  const message = 'The body takes more memory to read than this server gives to one.';
  return { kind: 'refused', error: { code: 'payload_too_large', message, errors: undefined, cause: error } };
}
