import { StartError, projectVersion } from '@face/environment';
import type { Model } from '@face/kserve';
import { startTracing } from '@face/observability';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { letHeapGrow } from './config/heap-growth.js';
import { loadSettings } from './config/load-settings.js';
import type { Settings } from './config/settings.js';
import { InferenceServer } from './grpc/inference.server.js';
import { ServerLog } from './grpc/server-log.js';
import { HealthServer } from './http/health.server.js';
import { MetricsDoor } from './metrics/metrics-door.js';
import { modelServerMetrics } from './metrics/model-server-metrics.js';
import { consoleReporter } from './packs/fetch/reporter.js';
import { loadPack } from './packs/load-pack.js';
import { PackError } from './packs/pack-error.js';
import { FaceScheduler } from './scheduler/face-scheduler.js';

/**
 * Runs the model server until it is asked to end; a start that fails ends the process after a sentence.
 * @param furtherModels offered beside `detection` and `extraction`
 */
export async function serve(furtherModels: readonly Model[] = []): Promise<void> {
  try {
    await start(furtherModels);
  } catch (error) {
    // Sentences for a person; a stack helps only with what nobody has foreseen.
    const foreseen = error instanceof StartError || error instanceof PackError;
    const text = error instanceof Error ? (foreseen ? error.message : (error.stack ?? error.message)) : error;
    process.stderr.write(`${String(text)}\n`);
    process.exit(1);
  }
}

async function start(furtherModels: readonly Model[]): Promise<void> {
  letHeapGrow();
  const settings = loadSettings();
  const pack = await loadPack(settings.modelPack, { ...settings, reporter: consoleReporter(process.stderr) });
  const log = new ServerLog(settings.logLevels);
  const version = projectVersion();
  const tracing = await startTracing({
    options: settings.tracing,
    version,
    report: (sentence) => log.warn(sentence, 'Tracing'),
  });
  const app = await NestFactory.createApplicationContext(
    AppModule.forRoot({ settings, pack, version, log, furtherModels }),
    // Of its own start Nest says more than anybody wants to know.
    { abortOnError: false, logger: ['fatal', 'error', 'warn'] },
  );
  app.useLogger(log);
  const metrics = await showMetrics(app, settings, version, log);
  const addresses = await app.get(InferenceServer).listen();
  const health = await app.get(HealthServer).listen();
  stopWhenAsked(app, async () => {
    await tracing?.stop();
    await metrics?.close();
  });
  const { contractId, dimension, flipMerge } = pack.contract;
  process.stdout.write(
    `Model server ready at ${addresses.join(' and ')}: pack ${pack.name} ${pack.version}, contract ${contractId}, ${dimension} dimensions, flip merging ${flipMerge}, ${settings.threads} threads\n`,
  );
  process.send?.({
    type: 'ready',
    addresses,
    health,
    metricsUrl: metrics?.url,
    contract: contractId,
    dimension,
  });
}

async function showMetrics(
  app: INestApplicationContext,
  settings: Settings,
  version: string,
  log: ServerLog,
): Promise<MetricsDoor | undefined> {
  if (settings.metrics === undefined) return undefined;
  const [scheduler, server] = [app.get(FaceScheduler), app.get(InferenceServer)];
  const registry = modelServerMetrics({
    version,
    load: () => scheduler.load,
    inFlight: () => server.inFlight,
  });
  return MetricsDoor.open(settings.metrics, registry, (error) => log.error(error, 'Metrics'));
}

/** On a signal, when the process that started this one is gone, and when no worker can be kept running. */
function stopWhenAsked(app: INestApplicationContext, last: () => Promise<void>): void {
  const stop = async (exitCode: number) => {
    await app.close();
    await last();
    process.exit(exitCode);
  };
  // A second signal ends the process at once.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(0));
  if (process.connected) process.once('disconnect', () => void stop(0));
  void app.get(FaceScheduler).failed.then((reason) => {
    process.stderr.write(`${reason}\n`);
    return stop(1);
  });
}
