import { Logger } from '@face/observability';
import { TritonReadiness } from '@face/triton';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { configureApp } from '../app.configure.js';
import { AppModule } from '../app.module.js';
import type { Settings } from '../config/settings.js';
import { OpenResponses } from '../http/open-responses.js';
import { drain } from './drain.js';
import { listen } from './listen.js';
import { requirePixelLibrary } from './require-pixel-library.js';
import { waitForTriton } from './wait-for-triton.js';

/** One process that answers requests: the app, its door, and how both are shut. */
export class ApiServer {
  private constructor(
    private readonly app: NestExpressApplication,
    private readonly settings: Settings,
    readonly url: string,
  ) {}

  /**
   * Resolves when requests are answered.
   * @throws StartError with the sentence that the operator has to read.
   */
  static async start(settings: Settings, stop: AbortSignal): Promise<ApiServer> {
    requirePixelLibrary();
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
      const url = await listen(app.getHttpServer(), settings);
      return new ApiServer(app, settings, url);
    } catch (error) {
      await app.close();
      throw error;
    }
  }

  /** Is not ready any more, answers what is in flight within the grace, then closes the channel to Triton. */
  async stop(): Promise<void> {
    const { shutdownDelaySeconds: delaySeconds, shutdownGraceSeconds: graceSeconds } = this.settings;
    await drain(this.app.getHttpServer(), this.app.get(OpenResponses), { delaySeconds, graceSeconds });
    await this.app.close();
  }
}
