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
      const url = await listen(app, settings);
      warnAboutMissingKey(log, settings, url);
      log.log(`Listening on ${url}`, 'Start');
      return new ApiServer(app, settings, url);
    } catch (error) {
      await app.close();
      throw error;
    }
  }

  /** Answers what is in flight within the grace, then closes the channel to Triton. */
  async stop(): Promise<void> {
    await drain(this.app.getHttpServer(), this.app.get(OpenResponses), this.settings.shutdownGraceSeconds);
    await this.app.close();
  }
}

function warnAboutMissingKey(log: Logger, { apiKeys, host }: Settings, url: string): void {
  if (apiKeys.length > 0) return;
  if (/^(127\.|localhost$|::1$)/.test(host)) {
    log.warn(`No API key is set: every program on this machine may use ${url}.`, 'Start');
    return;
  }
  log.error(
    `NO API KEY IS SET, and ${host} is not a loopback address: everybody who reaches this machine may use the API. ` +
      'Set FACE_V3_API_KEY, or FACE_V3_HOST=127.0.0.1.',
    undefined,
    'Start',
  );
}
