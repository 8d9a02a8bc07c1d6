import { FaceError } from '@face/errors';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { createHmac, randomBytes } from 'node:crypto';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { KeyId } from './api-keys.js';
import { AUTH_OPTIONS, type AuthOptions } from './auth.options.js';
import { callerNetwork } from './caller-network.js';
import { RecentSet } from './recent-set.js';

const windowSeconds = 60;

/** Counters, some hundred bytes each. Callers share one by chance, and cannot choose which. */
const counters = 65_536;

/** Pairs of address and key that were right; those that were not seen for the longest time are forgotten. */
const mostWelcome = 16_384;

/**
 * Bounds how many wrong keys come from one address. Above the bound its keys are not looked at any more, so that
 * guessing on teaches nothing, but for those that were right before: who shares an address with somebody who guesses (behind
 * one proxy, say) goes on working.
 */
@Injectable()
export class WrongKeyLimit {
  readonly #log = new Logger('Keys');
  readonly #secret = randomBytes(16);
  readonly #welcome = new RecentSet(mostWelcome);
  #limiter: RateLimiterMemory | undefined;
  readonly #most: number;

  constructor(@Inject(AUTH_OPTIONS) { wrongKeysPerMinute }: Pick<AuthOptions, 'wrongKeysPerMinute'>) {
    this.#most = wrongKeysPerMinute;
    this.forgive();
  }

  /** Begins anew: other keys are right now, and who tried one of them a moment too early did not guess. */
  forgive(): void {
    if (this.#most > 0)
      this.#limiter = new RateLimiterMemory({ points: this.#most, duration: windowSeconds });
  }

  /** Whether this key came from this address before, and was right; then `judge` need not be asked. */
  knows(address: string, key: KeyId): boolean {
    return this.#limiter === undefined || this.#welcome.touch(pair(address, key));
  }

  /**
   * Counts a wrong key, and remembers a right one.
   * @param key undefined when it is a wrong one
   * @throws FaceError `too_many_wrong_keys`, for right ones too
   */
  async judge(address: string, key: KeyId | undefined): Promise<void> {
    if (this.#limiter === undefined) return;
    const counter = this.#counterOf(address);
    const state = await this.#limiter.get(counter);
    if (state !== null && state.consumedPoints >= this.#most) throw tooMany(state.msBeforeNext);
    if (key !== undefined) {
      this.#welcome.add(pair(address, key));
      return;
    }
    try {
      const { remainingPoints } = await this.#limiter.consume(counter);
      if (remainingPoints === 0) {
        this.#log.warn(
          `${address} sent ${this.#most} wrong keys within a minute, and is refused for the rest of it`,
        );
      }
    } catch (refused) {
      // Somebody else's attempts came in between.
      throw refused instanceof RateLimiterRes ? tooMany(refused.msBeforeNext) : refused;
    }
  }

  #counterOf(address: string): number {
    const digest = createHmac('sha256', this.#secret).update(callerNetwork(address)).digest();
    return digest.readUInt32LE(0) % counters;
  }
}

function pair(address: string, key: KeyId): string {
  return `${callerNetwork(address)} ${key}`;
}

function tooMany(milliseconds: number): FaceError {
  const sentence = 'Too many wrong keys came from this address. Try again later, with the right one.';
  return new FaceError('too_many_wrong_keys', sentence, { retryAfterSeconds: milliseconds / 1000 });
}
