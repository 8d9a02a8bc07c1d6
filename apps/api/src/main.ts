import { StartError } from '@face/environment';
import cluster from 'node:cluster';
import { logOptions } from './app.module.js';
import { loadSettings } from './config/load-settings.js';
import type { Settings } from './config/settings.js';
import { announce } from './server/announce.js';
import { ApiServer } from './server/api-server.js';
import { letHeapGrow } from './server/heap-growth.js';
import { StopRequest } from './server/stop-request.js';
import { WorkerPool } from './server/worker-pool.js';

letHeapGrow();
const stop = new StopRequest();
let started = false;
try {
  const settings = loadSettings();
  const server = await start(settings);
  started = true;
  if (cluster.isPrimary) announce(server, settings, logOptions(settings));
  // Whoever started us with an IPC channel waits for this: the start script, a test, our own primary process.
  // One that has gone meanwhile is no error here: StopRequest knows.
  const { url, metricsUrl } = server;
  process.send?.({ type: 'ready', url, metricsUrl, pid: process.pid }, () => undefined);
  await stop.came;
  await server.stop();
} catch (error) {
  // Who is asked to end while starting ends with half-done things failing: that is no news.
  if (started || !stop.signal.aborted) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    process.exit(1);
  }
}
process.exit(0);

function start(settings: Settings): Promise<ApiServer | WorkerPool> {
  return settings.workers > 1 && cluster.isPrimary
    ? WorkerPool.start(settings, logOptions(settings), stop.signal)
    : ApiServer.start(settings, stop.signal);
}

/** Errors that we expect are a sentence for the operator; anything else is a fault of ours and keeps its stack. */
function sentenceOf(error: unknown): string {
  if (error instanceof StartError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
