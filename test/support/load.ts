import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What came of the requests of a load. */
export interface LoadResult {
  /** Number of answers by status; 0: none. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Milliseconds of each answer with status 200, sorted. */
  readonly latencies: readonly number[];
  readonly seconds: number;
}

export interface LoadTarget {
  readonly url: string;
  readonly body: Buffer;
  readonly type: string;
}

/** As many requests as so many callers get done, each sending its next one when it has its answer. */
export async function closedLoad(target: LoadTarget, callers: number, seconds: number): Promise<LoadResult> {
  const load = new Load(target, callers);
  const end = performance.now() + seconds * 1000;
  const caller = async () => {
    while (performance.now() < end) await load.send();
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return load.end();
}

/** So many requests a second, however long they take. */
export async function openLoad(target: LoadTarget, perSecond: number, seconds: number): Promise<LoadResult> {
  const load = new Load(target, Infinity);
  const start = performance.now();
  const sent: Promise<void>[] = [];
  for (let elapsed = 0; elapsed < seconds; elapsed = (performance.now() - start) / 1000) {
    while (sent.length < elapsed * perSecond) sent.push(load.send());
    await sleep(5);
  }
  await Promise.all(sent);
  return load.end();
}

/** @returns milliseconds */
export function percentile({ latencies }: LoadResult, share: number): number {
  return latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
}

class Load {
  private readonly agent: Agent;
  private readonly statuses = new Map<number, number>();
  private readonly latencies: number[] = [];
  private readonly start = performance.now();

  constructor(
    private readonly target: LoadTarget,
    maxSockets: number,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets });
  }

  send(): Promise<void> {
    const { url, body, type } = this.target;
    const { promise, resolve } = Promise.withResolvers<void>();
    const start = performance.now();
    const finish = (status: number) => {
      this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
      if (status === 200) this.latencies.push(performance.now() - start);
      resolve();
    };
    const headers = { 'content-type': type, 'content-length': body.length };
    request(url, { method: 'POST', agent: this.agent, headers }, (response) => {
      response.resume().on('end', () => finish(response.statusCode ?? 0));
      response.on('error', () => finish(0));
    })
      .on('error', () => finish(0))
      .end(body);
    return promise;
  }

  end(): LoadResult {
    this.agent.destroy();
    return {
      statuses: this.statuses,
      latencies: this.latencies.toSorted((a, b) => a - b),
      seconds: (performance.now() - this.start) / 1000,
    };
  }
}
