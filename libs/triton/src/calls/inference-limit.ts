import { status } from '@grpc/grpc-js';
import { FaceError } from '@face/errors';
import { Inject, Injectable } from '@nestjs/common';
import type { CallContext } from './call-context.js';
import { CallLimit } from './call-limit.js';
import { isGrpcFailure } from '../failures/grpc-failure.js';
import { TRITON_OPTIONS, type TritonOptions } from '../triton-options.js';

type InferenceBounds = Pick<TritonOptions, 'maxConcurrentCalls' | 'maxWaitingCalls'>;

/** What an inference is taken to last before the first one has ended. */
const firstGuessMs = 1_000;

/** Part of each new duration in the mean of the latest. */
const weight = 0.1;

/** An abandoned call counts no longer than this: so long a call waits in a queue of the Triton models at most. */
const mostAbandonedMs = 10_000;

/**
 * Bounds the inferences that this process lets the server work on.
 *
 * Neither a passed deadline nor a cancelled call takes work back that waits inside of an ensemble, and nothing tells when
 * it is done. Freeing the place at once would let a server that is too slow get ever more to do, just because its callers
 * give up. So an abandoned call keeps its place as long again as calls have lately taken.
 */
@Injectable()
export class InferenceLimit {
  private readonly limit: CallLimit;
  private usualMs = firstGuessMs;

  constructor(@Inject(TRITON_OPTIONS) { maxConcurrentCalls, maxWaitingCalls }: InferenceBounds) {
    this.limit = new CallLimit(maxConcurrentCalls ?? Infinity, maxWaitingCalls);
  }

  /** Inferences that the server is taken to work on, and those that wait for their turn. */
  get load(): { readonly running: number; readonly waiting: number } {
    const { running, waiting } = this.limit;
    return { running, waiting };
  }

  /** @throws FaceError as {@link CallLimit.enter} does, and what the call throws. */
  async run<T>(context: CallContext, call: () => Promise<T>): Promise<T> {
    const leave = await this.limit.enter(context);
    const start = performance.now();
    try {
      const result = await call();
      this.usualMs += weight * (performance.now() - start - this.usualMs);
      leave();
      return result;
    } catch (error) {
      if (wasAbandoned(error)) setTimeout(leave, Math.min(this.usualMs, mostAbandonedMs)).unref();
      else leave();
      throw error;
    }
  }
}

/** It ended without an answer of the server. A request whose time in the queue was over was answered. */
function wasAbandoned(error: unknown): boolean {
  if (!(error instanceof FaceError)) return false;
  const { code, cause } = error;
  if (code === 'cancelled') return true;
  return code === 'deadline_exceeded' && !(isGrpcFailure(cause) && cause.code === status.UNAVAILABLE);
}
