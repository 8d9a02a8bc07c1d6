import { createLog, type LogOptions } from '@face/observability';
import type { Settings } from '../config/settings.js';

/** Tells the operator, once for all worker processes, where the API is and that it is open if it is. */
export function announce(
  { url, metricsUrl }: { readonly url: string; readonly metricsUrl: string | undefined },
  { asksForKey, host }: Settings,
  options: LogOptions,
): void {
  const log = createLog(options);
  log.info(`Listening on ${url}`);
  if (metricsUrl !== undefined) log.info(`Metrics at ${metricsUrl}`);
  if (asksForKey) return;
  if (/^(127\.|localhost$|::1$)/.test(host)) {
    log.warn(`No API key is set: every program on this machine may use ${url}`);
    return;
  }
  log.error(
    `NO API KEY IS SET, and ${host} is not a loopback address: everybody who reaches this machine may use the API. ` +
      'Set FACE_V3_API_KEY, or FACE_V3_HOST=127.0.0.1.',
  );
}
