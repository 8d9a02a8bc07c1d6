import { parentPort } from 'node:worker_threads';
import { JobRefusedError } from './job-errors.js';
import type { FromWorker, ToWorker } from './worker-messages.js';

/** Does the jobs of one worker thread. */
export interface JobRunner<Job, Result> {
  /** @throws JobRefusedError when the job's data make no sense; anything else is a fault of ours */
  run(job: Job): Promise<{ readonly result: Result; readonly transfer: readonly ArrayBuffer[] }>;
  close(): Promise<void>;
}

/** The worker's side of `WorkerThread`: opens the runner, says that it is ready, and does one job after the other. */
export async function serveJobs<Job, Result>(open: () => Promise<JobRunner<Job, Result>>): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('this module runs in a worker thread only');
  const runner = await open();
  const say = (message: FromWorker<Result>, transfer: readonly ArrayBuffer[] = []) =>
    port.postMessage(message, transfer);

  const handle = async (message: ToWorker<Job>) => {
    if (message.type === 'close') {
      await runner.close();
      port.close();
      return;
    }
    const { id, job } = message;
    const started = process.hrtime.bigint();
    try {
      const { result, transfer } = await runner.run(job);
      say({ type: 'done', id, result, times: { started, ended: process.hrtime.bigint() } }, transfer);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      say({ type: error instanceof JobRefusedError ? 'refused' : 'failed', id, reason });
    }
  };

  let last = Promise.resolve();
  port.on('message', (message: ToWorker<Job>) => {
    // An error in `close` is the only one that comes through here; it ends the thread and is told by its `ended`.
    last = last.then(() => handle(message));
  });
  say({ type: 'ready' });
}
