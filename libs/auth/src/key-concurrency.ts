import { FaceError } from '@face/errors';
import { Inject, Injectable } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import type { KeyId } from './api-keys.js';
import { AUTH_OPTIONS, type AuthOptions } from './auth.options.js';

/** Bounds how many requests of one key are worked on at a time, so that one caller leaves room for the others. */
@Injectable()
export class KeyConcurrency {
  readonly #most: number | undefined;
  readonly #working = new Map<KeyId, number>();

  constructor(
    @Inject(AUTH_OPTIONS) { concurrentRequestsPerKey }: Pick<AuthOptions, 'concurrentRequestsPerKey'>,
  ) {
    this.#most = concurrentRequestsPerKey;
  }

  /**
   * Counts a request until its answer is out or its caller is gone.
   * @throws FaceError `overloaded`
   */
  take(key: KeyId, response: ServerResponse): void {
    if (this.#most === undefined) return;
    const working = this.#working.get(key) ?? 0;
    if (working >= this.#most) {
      const sentence = `${this.#most} requests with this key are being worked on, which is as many as it may have at a time.`;
      throw new FaceError('overloaded', sentence, { retryAfterSeconds: 1, limit: 'key_requests' });
    }
    this.#working.set(key, working + 1);
    response.once('close', () => this.#release(key));
  }

  /** A key without requests is forgotten: keys that were replaced would stay for ever. */
  #release(key: KeyId): void {
    const working = (this.#working.get(key) ?? 1) - 1;
    if (working === 0) this.#working.delete(key);
    else this.#working.set(key, working);
  }
}
