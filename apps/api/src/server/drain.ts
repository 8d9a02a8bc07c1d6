import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenResponses } from '../http/open-responses.js';

/** Takes no new connection, lets the answers in flight finish within the grace, then cuts what is left. */
export async function drain(server: Server, responses: OpenResponses, graceSeconds: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const grace = new AbortController();
  const graceOver = sleep(graceSeconds * 1000, undefined, { signal: grace.signal }).catch(() => undefined);
  await Promise.race([responses.drain(), graceOver]);
  grace.abort();
  // Also what never sent a request: browsers open connections ahead, and Node does not count those as idle.
  server.closeAllConnections();
  await closed;
}
