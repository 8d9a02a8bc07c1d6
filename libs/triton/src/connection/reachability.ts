import { connectivityState } from '@grpc/grpc-js';

/** Milliseconds a connection may be missing before calls are refused without an attempt: time for a reconnect. */
const graceMs = 1_000;

/** Tells from the states of a channel whether it is any use to wait for it. */
export class Reachability {
  #lostAt: number | undefined;

  /** @param now in milliseconds, of a clock that only goes forward */
  observe(state: connectivityState, now: number): void {
    const isMissing = state === connectivityState.CONNECTING || state === connectivityState.TRANSIENT_FAILURE;
    if (!isMissing) {
      // An idle channel connects with the next call.
      this.#lostAt = undefined;
    } else {
      this.#lostAt ??= now;
    }
  }

  /** Whether a call would most likely only wait for a connection that does not come. */
  isLost(now: number): boolean {
    return this.#lostAt !== undefined && now - this.#lostAt > graceMs;
  }
}
