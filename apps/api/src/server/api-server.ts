import { projectVersion } from '@face/environment';
import { answerPrimary, createLog, Logger, startTracing, type Tracing } from '@face/observability';
import { TritonReadiness } from '@face/triton';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import cluster from 'node:cluster';
import { configureApp } from '../app.configure.js';
import { AppModule, logOptions } from '../app.module.js';
import type { Settings } from '../config/settings.js';
import { OpenResponses } from '../http/open-responses.js';
import { ApiMetrics } from '../metrics/api-metrics.js';
import { drain } from './drain.js';
import { listen } from './listen.js';
import { MetricsDoor } from './metrics-door.js';
import { requirePixelLibrary } from './require-pixel-library.js';
import { SpareMemory } from './spare-memory.js';
import { waitForTriton } from './wait-for-triton.js';

/** One process that answers requests: the app, its door, and how both are shut. */
export class ApiServer {
  private constructor(
    private readonly app: NestExpressApplication,
    private readonly settings: Settings,
    readonly url: string,
    private readonly tracing: Tracing | undefined,
    private readonly metrics: MetricsDoor | undefined,
    private readonly spareMemory: SpareMemory | undefined,
  ) {}

  get metricsUrl(): string | undefined {
    return this.metrics?.url;
  }

  /**
   * Resolves when requests are answered.
   * @throws StartError with the sentence that the operator has to read.
   */
  static async start(settings: Settings, stop: AbortSignal): Promise<ApiServer> {
    requirePixelLibrary();
    const tracing = await startTracing({
      options: settings.tracing,
      version: projectVersion(),
      report: (sentence) => createLog(logOptions(settings)).warn(sentence),
    });
    const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(settings), {
      abortOnError: false,
      bodyParser: false,
      // Nest tells of each module and route that it sets up: nothing that an operator wants to read.
      logger: ['warn', 'error', 'fatal'],
    });
    try {
      configureApp(app, settings);
      await app.init();
      const log = app.get(Logger);
      app.useLogger(log);
      if (settings.tritonHealthcheck) {
        await waitForTriton(app.get(TritonReadiness), log, {
          url: settings.tritonUrl,
          timeoutSeconds: settings.tritonStartTimeoutSeconds,
          signal: stop,
        });
      }
      const metrics = await openMetrics(app, settings);
      const url = await listen(app.getHttpServer(), settings);
      return new ApiServer(app, settings, url, tracing, metrics, SpareMemory.watch(app.get(OpenResponses)));
    } catch (error) {
      await app.close();
      throw error;
    }
  }

  /** Is not ready any more, answers what is in flight within the grace, then closes the channel to Triton. */
  async stop(): Promise<void> {
    this.spareMemory?.stop();
    const { shutdownDelaySeconds: delaySeconds, shutdownGraceSeconds: graceSeconds } = this.settings;
    await drain(this.app.getHttpServer(), this.app.get(OpenResponses), { delaySeconds, graceSeconds });
    await this.app.close();
    await this.tracing?.stop();
    await this.metrics?.close();
  }
}

/** A worker process has no port of its own for them: the primary process asks all of them. */
async function openMetrics(
  app: NestExpressApplication,
  { metrics }: Settings,
): Promise<MetricsDoor | undefined> {
  if (metrics === undefined) return undefined;
  const { registry } = app.get(ApiMetrics);
  if (!cluster.isWorker) {
    const log = app.get(Logger);
    return MetricsDoor.open(
      metrics,
      () => registry.metrics(),
      (error) => log.error({ err: error }, 'The metrics could not be read'),
    );
  }
  answerPrimary(registry);
  return undefined;
}
