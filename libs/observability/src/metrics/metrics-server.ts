import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { Registry } from 'prom-client';

/** A scrape sends a few hundred bytes and waits some seconds at most. */
const headersTimeoutMs = 5_000;
const requestTimeoutMs = 10_000;

/** Where scrapes are answered. */
export const metricsPath = '/metrics';

/**
 * A server of its own for scrapes, so that the public port never shows metrics and needs no exception from its key.
 * @param collect the metrics as Prometheus reads them
 * @param report is told why a scrape failed
 */
export function createMetricsServer(
  collect: () => Promise<string>,
  report: (error: unknown) => void,
): Server {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    request.resume();
    if (request.url?.split('?')[0] !== metricsPath) return void response.writeHead(404).end();
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
    }
    const text = Buffer.from(await collect());
    response.writeHead(200, {
      'content-type': Registry.PROMETHEUS_CONTENT_TYPE,
      'content-length': text.length,
      'cache-control': 'no-store',
    });
    response.end(request.method === 'HEAD' ? undefined : text);
  };
  return createServer(
    { headersTimeout: headersTimeoutMs, requestTimeout: requestTimeoutMs },
    (request, response) => {
      answer(request, response).catch((error: unknown) => {
        report(error);
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    },
  );
}
