/** Enough for the calls that a replica refuses before all of them know that it stops. */
const fullTokens = 100;
const tokensPerSuccess = 0.1;

/**
 * How many calls may be made again: while the server answers, one for every ten answers and fifty in a row; while it
 * does not, soon none, so that an outage is not answered with three times the calls, nor each caller with a wait.
 *
 * The token bucket of gRPC's retry throttling
 * (https://github.com/grpc/proposal/blob/master/A6-client-retries.md#throttling-retry-attempts-and-hedged-rpcs).
 */
export class RetryBudget {
  #tokens = fullTokens;

  succeeded(): void {
    this.#tokens = Math.min(fullTokens, this.#tokens + tokensPerSuccess);
  }

  /** Takes note of a failure after which a call could be made again. */
  failed(): void {
    this.#tokens = Math.max(0, this.#tokens - 1);
  }

  get allowsRetry(): boolean {
    return this.#tokens > fullTokens / 2;
  }
}
