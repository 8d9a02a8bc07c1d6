import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenResponses } from '../http/open-responses.js';

export interface DrainTimes {
  /** Requests are still taken for so long, while readiness says that they should go elsewhere. */
  readonly delaySeconds: number;
  /** Answers in flight may take so long after that. */
  readonly graceSeconds: number;
}

/**
 * Ends the service without losing a request: is unready first, then takes no new connection, lets the answers in flight
 * finish within the grace, and cuts what is left. Without the delay a proxy goes on sending requests here until its next
 * probe, and those on connections that close at this very moment are lost.
 */
export async function drain(
  server: Server,
  responses: OpenResponses,
  { delaySeconds, graceSeconds }: DrainTimes,
): Promise<void> {
  responses.startDraining();
  if (delaySeconds > 0) await sleep(delaySeconds * 1000);
  const closed = once(server, 'close');
  server.close();
  const grace = new AbortController();
  const graceOver = sleep(graceSeconds * 1000, undefined, { signal: grace.signal }).catch(() => undefined);
  await Promise.race([responses.whenNone(), graceOver]);
  grace.abort();
  // Also what never sent a request: browsers open connections ahead, and Node does not count those as idle.
  server.closeAllConnections();
  await closed;
}
