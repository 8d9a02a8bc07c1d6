import type { CorsOptions } from '@nestjs/common/interfaces/external/cors-options.interface.js';

/** Seconds for which a browser need not ask again. */
const maxAge = 600;

/** Lets scripts of these pages call the API; they bring a key in a header, never cookies. */
export function crossOrigin(origins: readonly string[]): CorsOptions {
  return {
    origin: [...origins],
    methods: ['GET', 'POST'],
    allowedHeaders: ['Content-Type', 'X-API-KEY', 'X-Request-ID', 'traceparent', 'tracestate'],
    exposedHeaders: ['X-Request-ID', 'Retry-After'],
    credentials: false,
    maxAge,
  };
}
