import { StartError } from '@face/environment';
import type { TritonReadiness } from '@face/triton';
import type { LoggerService } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';

const attemptMilliseconds = 2000;
const pauseMilliseconds = 250;

export interface TritonStart {
  readonly url: string;
  readonly timeoutSeconds: number;
  /** Aborted when the process is asked to end. */
  readonly signal: AbortSignal;
}

/**
 * Waits until Triton has both models ready: it may be starting beside us and take its time to load them.
 * @throws StartError when it is not ready in time, or at once when it can never fit the settings.
 */
export async function waitForTriton(
  readiness: TritonReadiness,
  log: LoggerService,
  { url, timeoutSeconds, signal }: TritonStart,
): Promise<void> {
  const end = Date.now() + timeoutSeconds * 1000;
  for (let attempt = 1; ; attempt++) {
    const deadline = Math.min(end, Date.now() + attemptMilliseconds);
    const answer = await readiness.check({ signal, deadline });
    if (answer.ready) return;
    if (answer.error.code === 'triton_misconfigured') {
      throw new StartError(answer.error.message, { cause: answer.error });
    }
    if (Date.now() + pauseMilliseconds >= end) {
      throw new StartError(
        `Triton at ${url} (FACE_V3_TRITON_URL) was not ready within ${timeoutSeconds} s: ${answer.error.message}${wordsOf(answer.error.cause)} ` +
          'Start it, or set FACE_V3_TRITON_HEALTHCHECK=false to start without it.',
        { cause: answer.error },
      );
    }
    if (attempt === 1) log.warn(`Waiting for Triton at ${url}: ${answer.error.message}`, 'Start');
    await sleep(pauseMilliseconds, undefined, { signal });
  }
}

/** What the operator may know, and callers may not: a refused connection, a certificate that nobody vouches for ... */
function wordsOf(cause: unknown): string {
  return cause instanceof Error ? ` (${cause.message})` : '';
}
