import { setTimeout as sleep } from 'node:timers/promises';
import type { CallContext } from './call-context.js';
import { isGrpcFailure, unavailability } from '../failures/grpc-failure.js';
import type { RetryBudget } from './retry-budget.js';

/** Waits before the second and the third attempt: long enough to reconnect, short enough to say 503 at once. */
const delaysMs = [100, 200] as const;

/**
 * Makes a call up to three times. It is made again only when the server was not reached, or said that it stops or has
 * not loaded its model: another replica may answer. Never when the queue was full: that would feed the overload.
 * Inference has no side effects, so a connection that broke halfway does no harm either.
 * @param budget of all calls to this server
 * @param call is told how many attempts there were
 */
export async function withRetries<T>(
  context: CallContext,
  budget: RetryBudget,
  call: (attempts: number) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await call(attempt);
      budget.succeeded();
      return answer;
    } catch (error) {
      if (!isWorthRetrying(error)) throw error;
      budget.failed();
      const delay = delaysMs[attempt];
      if (delay === undefined || !budget.allowsRetry || context.signal.aborted) throw error;
      const waitMs = delay * (0.8 + 0.4 * Math.random());
      if (Date.now() + waitMs >= context.deadline) throw error;
      await sleep(waitMs, undefined, { signal: context.signal });
    }
  }
}

function isWorthRetrying(error: unknown): boolean {
  if (!isGrpcFailure(error)) return false;
  const kind = unavailability(error);
  return kind === 'connection' || kind === 'not_serving' || kind === 'not_loaded';
}
