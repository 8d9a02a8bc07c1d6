import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Contender } from './contender.ts';
import type { LoopDelay } from './loop-delay.ts';
import { ProcessTree } from './process-tree.ts';
import type { Round } from './round.ts';
import type { Scenario } from './scenarios.ts';

const requestTimeout = 60_000;
const memoryEvery = 100;
/** After an error, so that a server which refuses everything is not asked as fast as the client can. */
const pauseAfterError = 5;

export interface ServerAddress {
  /** Without a path. */
  readonly url: string;
  readonly key: string;
  /** Processes of each part of the server, by the part's name. */
  readonly parts: Readonly<Record<string, readonly number[]>>;
  /** Of the part that answers, where it can be asked. */
  readonly loopDelay?: LoopDelay;
}

/** A server under a closed loop: each connection sends its next request when it has the answer to the last. */
export class HttpContender implements Contender {
  readonly name: string;
  readonly #address: ServerAddress;
  readonly #parts: readonly (readonly [string, ProcessTree])[];
  readonly #all: ProcessTree;

  constructor(name: string, address: ServerAddress) {
    this.name = name;
    this.#address = address;
    this.#parts = Object.entries(address.parts).map(([part, pids]) => [part, new ProcessTree(pids)]);
    this.#all = new ProcessTree(Object.values(address.parts).flat());
  }

  async refusal(scenario: Scenario): Promise<string | undefined> {
    const agent = new Agent();
    const status = await this.#send(scenario, agent);
    agent.destroy();
    return typeof status === 'number' && status >= 400 && status < 500 ? `status ${status}` : undefined;
  }

  async run(scenario: Scenario, seconds: number): Promise<Round> {
    const agent = new Agent({ keepAlive: true, maxSockets: scenario.concurrency });
    const latencies: number[] = [];
    const errors = new Map<string, number>();
    const cpuBefore = this.#cpu();
    let memory = this.#all.residentMegabytes();
    const watch = setInterval(() => (memory = Math.max(memory, this.#all.residentMegabytes())), memoryEvery);
    await this.#address.loopDelay?.longestPause();
    const start = performance.now();
    const connection = async () => {
      while (performance.now() - start < seconds * 1000) {
        const sent = performance.now();
        const outcome = await this.#send(scenario, agent);
        if (outcome === 200) latencies.push(performance.now() - sent);
        else {
          errors.set(String(outcome), (errors.get(String(outcome)) ?? 0) + 1);
          await pause(pauseAfterError);
        }
      }
    };
    await Promise.all(Array.from({ length: scenario.concurrency }, connection));
    const elapsed = (performance.now() - start) / 1000;
    clearInterval(watch);
    agent.destroy();
    const cpuAfter = this.#cpu();
    const cpu = Object.fromEntries(
      Object.entries(cpuAfter).map(([part, after]) => [part, after - (cpuBefore[part] ?? 0)]),
    );
    const longestPause = (await this.#address.loopDelay?.longestPause()) ?? Number.NaN;
    return { seconds: elapsed, latencies, errors, cpu, memory, longestPause };
  }

  residentMegabytes(): number {
    return this.#all.residentMegabytes();
  }

  #cpu(): Record<string, number> {
    return Object.fromEntries(this.#parts.map(([part, tree]) => [part, tree.cpuMilliseconds()]));
  }

  /** @returns the status, or what kept the answer from coming */
  #send({ path, body }: Scenario, agent: Agent): Promise<number | string> {
    const { url, key } = this.#address;
    const headers = {
      ...(key === '' ? {} : { 'x-api-key': key }),
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
    };
    return new Promise((resolve) => {
      const call = request(
        url + path,
        { agent, headers, method: body === undefined ? 'GET' : 'POST', timeout: requestTimeout },
        (response) => {
          response.resume();
          response.once('end', () => resolve(response.statusCode ?? 0));
          response.once('error', (error) => resolve(codeOf(error)));
        },
      );
      call.once('timeout', () => call.destroy(new Error('timeout')));
      call.once('error', (error) => resolve(codeOf(error)));
      call.end(body);
    });
  }
}

function codeOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.message;
}
