import { ProtocolError } from '@face/kserve';
import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { WorkerPool } from '../workers/worker-pool.js';
import { Scheduler, type ScheduledJob } from './scheduler.js';

interface Command {
  readonly command?: 'die' | 'refuse' | 'fail';
  readonly value?: number;
  /** The worker blocks until `open` was called with it. */
  readonly gate?: SharedArrayBuffer;
}

interface Done {
  readonly value: number;
  readonly threadId: number;
}

const script = new URL('../../test/command-worker.mjs', import.meta.url);
const unlimited = { signal: new AbortController().signal, deadline: Infinity };

function closedGate(): SharedArrayBuffer {
  return new SharedArrayBuffer(4);
}

function open(gate: SharedArrayBuffer): void {
  Atomics.store(new Int32Array(gate), 0, 1);
  Atomics.notify(new Int32Array(gate), 0);
}

function jobs(...commands: Command[]): ScheduledJob<Command>[] {
  return commands.map((job) => ({ bytes: 10, prepare: () => ({ job, transfer: [] }) }));
}

describe('Scheduler over worker threads', () => {
  let pool: WorkerPool<Command, Done>;
  const deaths: string[] = [];

  /** @param starts how many workers start before all others fail to */
  async function start(threads: number, items = 100, starts = 1000) {
    const flags = new SharedArrayBuffer(8);
    Atomics.store(new Int32Array(flags), 0, starts);
    const fatal = Promise.withResolvers<string>();
    deaths.length = 0;
    pool = new WorkerPool<Command, Done>({
      script,
      data: { flags },
      threads,
      onDeath: (reason) => deaths.push(reason),
      onFatal: fatal.resolve,
      onFree: () => scheduler.pump(),
    });
    const scheduler = new Scheduler(pool, { items, bytes: 1000 });
    await pool.start();
    return { scheduler, fatal: fatal.promise, done: () => new Int32Array(flags)[1] };
  }

  afterEach(async () => {
    await pool.close();
  });

  const code = (promise: Promise<unknown>) =>
    promise.then(
      () => status.OK,
      (error: unknown) => (error instanceof ProtocolError ? error.code : error),
    );

  it('gives results in the order of the jobs, from all workers', async () => {
    const { scheduler } = await start(2);
    const gate = closedGate();
    const blocked = scheduler.run('', jobs({ value: 0, gate }, { value: 1, gate }), unlimited);
    const rest = scheduler.run('', jobs(...Array.from({ length: 20 }, (_, value) => ({ value }))), unlimited);
    open(gate);
    const threads = new Set((await blocked).map(({ result }) => result.threadId));
    expect(threads.size).toBe(2);
    expect((await rest).map(({ result }) => result.value)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(await scheduler.run('', [], unlimited)).toEqual([]);
  });

  it('refuses at once what does not fit the queue', async () => {
    const { scheduler } = await start(1, 3);
    const gate = closedGate();
    // Two at the worker, three waiting.
    const accepted = [
      scheduler.run('', jobs({ gate }, { gate }), unlimited),
      scheduler.run('', jobs({}, {}, {}), unlimited),
    ];
    const refused = scheduler.run('abc', jobs({}), unlimited);
    await expect(refused).rejects.toThrow('[request id: abc] Exceeds maximum queue size');
    expect(await code(refused)).toBe(status.UNAVAILABLE);
    open(gate);
    await Promise.all(accepted);
  });

  it('drops the waiting jobs of a call that was cancelled', async () => {
    const { scheduler, done } = await start(1);
    const gate = closedGate();
    const running = scheduler.run('', jobs({ gate }, { gate }), unlimited);
    const abort = new AbortController();
    const cancelled = scheduler.run('', jobs({}, {}), { signal: abort.signal, deadline: Infinity });
    abort.abort();
    expect(await code(cancelled)).toBe(status.CANCELLED);
    open(gate);
    await running;
    await scheduler.run('', jobs({}), unlimited);
    expect(done()).toBe(3);
  });

  it('drops jobs that are past their deadline, and lets others have their place', async () => {
    const { scheduler, done } = await start(1, 1);
    const gate = closedGate();
    const running = scheduler.run('', jobs({ gate }, { gate }), unlimited);
    const late = scheduler.run('', jobs({}), { ...unlimited, deadline: Date.now() - 1 });
    const other = scheduler.run('', jobs({}), unlimited);
    expect(await code(late)).toBe(status.DEADLINE_EXCEEDED);
    open(gate);
    await Promise.all([running, other]);
    expect(done()).toBe(3);
  });

  it('fails the request whose job ended its worker, and gives the next one to another worker', async () => {
    const { scheduler } = await start(1);
    const gate = closedGate();
    const deadly = scheduler.run('abc', jobs({ command: 'die', gate }), unlimited);
    const next = scheduler.run('', jobs({ value: 7 }), unlimited);
    open(gate);
    await expect(deadly).rejects.toThrow('[request id: abc] the inference worker ended');
    expect(await code(deadly)).toBe(status.INTERNAL);
    expect((await next)[0]?.result.value).toBe(7);
    expect(deaths).toHaveLength(1);
    expect(pool.ready).toBe(true);
  });

  it('tells refusals from faults', async () => {
    const { scheduler } = await start(1);
    const refused = scheduler.run('', jobs({}, { command: 'refuse' }), unlimited);
    await expect(refused).rejects.toThrow('[request id: <id_unknown>] makes no sense');
    expect(await code(refused)).toBe(status.INVALID_ARGUMENT);
    await expect(scheduler.run('', jobs({ command: 'fail' }), unlimited)).rejects.toThrow('went wrong');
  });

  it('holds what a job needs until no worker has it any more, however it ended', async () => {
    const { scheduler } = await start(1);
    const gate = closedGate();
    const abort = new AbortController();
    const held = new Set<number>();
    const holding = (...commands: Command[]) =>
      commands.map((job, index) => ({
        bytes: 10,
        prepare: () => {
          held.add(index);
          return { job, transfer: [], release: () => held.delete(index) };
        },
      }));
    const context = { signal: abort.signal, deadline: Infinity };
    // One runs, one is at the worker, one waits here and is never begun.
    const cancelled = scheduler.run('', holding({ gate }, { command: 'fail' }, {}), context);
    abort.abort();
    expect(await code(cancelled)).toBe(status.CANCELLED);
    expect([...held]).toEqual([0, 1]);
    open(gate);
    await scheduler.run('', jobs({}), unlimited);
    expect(held.size).toBe(0);
    await code(scheduler.run('', holding({ command: 'die' }, {}), unlimited));
    expect(held.size).toBe(0);
  });

  it('does not start when a worker does not', async () => {
    await expect(start(2, 100, 1)).rejects.toThrow('broken on purpose');
  });

  it('gives up when dead workers cannot be replaced', async () => {
    const { scheduler, fatal } = await start(1, 100, 1);
    expect(await code(scheduler.run('', jobs({ command: 'die' }), unlimited))).toBe(status.INTERNAL);
    expect(await fatal).toBe('broken on purpose');
    expect(pool.ready).toBe(false);
  });
});
