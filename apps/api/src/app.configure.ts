import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import { openApiDocument } from './app.openapi.js';
import type { Settings } from './config/settings.js';
import { limitConnections } from './http/connection/limit-connections.js';
import { slowReaders } from './http/connection/slow-readers.middleware.js';
import { crossOrigin } from './http/cross-origin.js';
import { OpenResponses } from './http/open-responses.js';
import { ApiMetrics } from './metrics/api-metrics.js';
import { requestContext } from './http/request-context.middleware.js';
import { traceRequest } from './http/trace-request.middleware.js';
import { securityHeaders } from './http/security-headers.middleware.js';
import { turnPlaces } from './http/turn-places.middleware.js';

/** What an app needs beside its modules, before init(); tests call it too. */
export function configureApp(app: NestExpressApplication, settings: Settings): void {
  app.disable('x-powered-by');
  // Hashing an answer of embeddings costs time, and nobody caches answers to POST.
  app.disable('etag');
  app.set('trust proxy', (address: string) => settings.trustedProxies.trusts(address));
  limitConnections(app.getHttpServer(), settings);
  app.use(requestContext(settings.requestTimeoutSeconds));
  app.use(securityHeaders({ swagger: settings.environment === 'local' }));
  app.use(app.get(OpenResponses).track);
  if (settings.metrics !== undefined) app.use(app.get(ApiMetrics).http.count);
  app.use(slowReaders());
  app.use(turnPlaces());
  // Behind the place where a request may wait: who lets it go on does so in the context of another one.
  if (settings.tracing !== undefined) app.use(traceRequest);
  if (settings.corsOrigins.length > 0) app.enableCors(crossOrigin(settings.corsOrigins));
  if (settings.environment === 'local') {
    SwaggerModule.setup('docs', app, () => openApiDocument(app), { jsonDocumentUrl: 'openapi.json' });
  }
}
