import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { openApiDocument } from './app.openapi.js';
import type { Settings } from './config/settings.js';
import { OpenResponses } from './http/open-responses.js';
import { ApiMetrics } from './metrics/api-metrics.js';
import { requestContext } from './http/request-context.middleware.js';
import { traceRequest } from './http/trace-request.middleware.js';
import { turnPlaces } from './http/turn-places.middleware.js';

/** Longer than the idle time-out of usual load balancers, which must be the ones that close first. */
const keepAliveMilliseconds = 65_000;

/** What an app needs beside its modules, before init(); tests call it too. */
export function configureApp(app: NestExpressApplication, settings: Settings): void {
  app.disable('x-powered-by');
  // Hashing an answer of embeddings costs time, and nobody caches answers to POST.
  app.disable('etag');
  app.set('trust proxy', (address: string) => settings.trustedProxies.trusts(address));
  app.use(requestContext(settings.requestTimeoutSeconds));
  app.use(app.get(OpenResponses).track);
  if (settings.metrics !== undefined) app.use(app.get(ApiMetrics).http.count);
  app.use(turnPlaces());
  // Behind the place where a request may wait: who lets it go on does so in the context of another one.
  if (settings.tracing !== undefined) app.use(traceRequest);
  configureServer(app.getHttpServer());
  if (settings.environment === 'local') {
    SwaggerModule.setup('docs', app, () => openApiDocument(app), { jsonDocumentUrl: 'openapi.json' });
  }
}

function configureServer(server: Server): void {
  server.keepAliveTimeout = keepAliveMilliseconds;
  server.headersTimeout = keepAliveMilliseconds + 1000;
  // "Go on" is said where the body is read, so that a caller without a key never sends it.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    server.emit('request', request, response);
  });
}
