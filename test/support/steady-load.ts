/** How one request of a load ended. */
export interface LoadedRequest {
  /** Undefined: there was no answer. */
  readonly status: number | undefined;
  /** What the answer or the failure says; empty for success. */
  readonly words: string;
  /** Milliseconds since the load began. */
  readonly start: number;
  readonly milliseconds: number;
}

/** Callers that send one request after the other, each on connections of `fetch`, until they are told to stop. */
export class SteadyLoad {
  readonly requests: LoadedRequest[] = [];
  private readonly began = performance.now();
  private readonly callers: Promise<void>[];
  private stopped = false;

  /** @param send one request; its signal is not aborted by the load */
  constructor(callers: number, send: () => Promise<Response>) {
    this.callers = Array.from({ length: callers }, () => this.callAgainAndAgain(send));
  }

  /** Resolves when so many more requests have ended. */
  async further(count: number): Promise<void> {
    const enough = this.requests.length + count;
    while (this.requests.length < enough) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  /** Resolves with all that was sent, when the last request has ended. */
  async stop(): Promise<readonly LoadedRequest[]> {
    this.stopped = true;
    await Promise.all(this.callers);
    return this.requests;
  }

  get failed(): readonly LoadedRequest[] {
    return this.requests.filter(({ status }) => status !== 200);
  }

  private async callAgainAndAgain(send: () => Promise<Response>): Promise<void> {
    while (!this.stopped) {
      const start = performance.now();
      const outcome = await send().then(
        async (response) => {
          const text = await response.text();
          return { status: response.status, words: response.ok ? '' : text };
        },
        (error: unknown) => ({ status: undefined, words: describe(error) }),
      );
      this.requests.push({
        ...outcome,
        start: Math.round(start - this.began),
        milliseconds: performance.now() - start,
      });
    }
  }
}

/** `fetch failed` alone says nothing. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${describe(error.cause)}`;
}
