import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { PlannedRequest, RequestMix } from './request-mix.ts';

/** Longer than the API's deadline: who hears nothing for so long was forgotten. */
const patienceMilliseconds = 60_000;

/** How requests ended since the last look. */
export interface LoadWindow {
  readonly sent: number;
  /** Number of ends by what ended them: a status, `hung up`, or the error because of which there was no answer. */
  readonly ends: ReadonlyMap<string, number>;
  /** Ends that were not the right ones, as in "photo: 500", and how often. */
  readonly surprises: ReadonlyMap<string, number>;
  /** Milliseconds of those that were answered 200. */
  readonly latencies: readonly number[];
  readonly inFlight: number;
}

/** Sends requests of a mix, and counts what comes of them. */
export class MixedLoad {
  readonly #url: string;
  readonly #mix: RequestMix;
  readonly #agent = new Agent({ keepAlive: true });
  #window = emptyWindow();
  #inFlight = 0;

  /** @param url without a path */
  constructor(url: string, mix: RequestMix) {
    this.#url = url;
    this.#mix = mix;
  }

  /** As many requests as so many callers get done. */
  async closed(callers: number, seconds: number, stop: AbortSignal): Promise<void> {
    const end = performance.now() + seconds * 1000;
    const caller = async () => {
      while (performance.now() < end && !stop.aborted) await this.#send(this.#mix.next());
    };
    await Promise.all(Array.from({ length: callers }, caller));
  }

  /** So many requests a second, however long they take; resolves when the last has ended. */
  async open(perSecond: number, seconds: number, stop: AbortSignal): Promise<void> {
    const start = performance.now();
    const running = new Set<Promise<void>>();
    let sent = 0;
    while (!stop.aborted) {
      const elapsed = (performance.now() - start) / 1000;
      if (elapsed >= seconds) break;
      for (; sent < elapsed * perSecond; sent++) {
        const sending = this.#send(this.#mix.next()).finally(() => running.delete(sending));
        running.add(sending);
      }
      await pause(5);
    }
    await Promise.all(running);
  }

  /** What happened since the last call. */
  takeWindow(): LoadWindow {
    const window = this.#window;
    this.#window = emptyWindow();
    return { ...window, inFlight: this.#inFlight };
  }

  /** Closes the connections. */
  end(): void {
    this.#agent.destroy();
  }

  async #send(planned: PlannedRequest): Promise<void> {
    const start = performance.now();
    this.#window.sent += 1;
    this.#inFlight += 1;
    const end = await this.#exchange(planned);
    this.#inFlight -= 1;
    const { ends, surprises, latencies } = this.#window;
    ends.set(end, (ends.get(end) ?? 0) + 1);
    if (end === '200') latencies.push(performance.now() - start);
    // Whoever hangs up may have been answered before.
    const right = [
      String(planned.expected),
      '429',
      ...(planned.hangUpAfter === undefined ? [] : ['hung up']),
    ];
    if (right.includes(end)) return;
    const surprise = `${planned.kind}: ${end}`;
    surprises.set(surprise, (surprises.get(surprise) ?? 0) + 1);
  }

  #exchange({ path, body, type, hangUpAfter }: PlannedRequest): Promise<string> {
    const headers = body === undefined ? {} : { 'content-type': type, 'content-length': body.length };
    const { promise, resolve } = Promise.withResolvers<string>();
    let gaveUp: string | undefined;
    const fail = (error: Error) => resolve(gaveUp ?? codeOf(error));
    const call = request(
      this.#url + path,
      { agent: this.#agent, headers, method: body === undefined ? 'GET' : 'POST' },
      (response) => {
        response.resume();
        response.once('end', () => resolve(String(response.statusCode)));
        response.once('error', fail);
      },
    );
    const patience = setTimeout(() => {
      gaveUp = hangUpAfter === undefined ? 'no answer' : 'hung up';
      call.destroy();
    }, hangUpAfter ?? patienceMilliseconds);
    call.once('error', fail);
    call.end(body);
    return promise.finally(() => clearTimeout(patience));
  }
}

interface GrowingWindow {
  sent: number;
  readonly ends: Map<string, number>;
  readonly surprises: Map<string, number>;
  readonly latencies: number[];
}

function emptyWindow(): GrowingWindow {
  return { sent: 0, ends: new Map(), surprises: new Map(), latencies: [] };
}

function codeOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.message;
}
