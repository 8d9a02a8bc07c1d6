import { describe, expect, it } from 'vitest';
import { CallSlots } from './call-slots.js';
import type { Workspace } from './workspace.js';

/** A call that ends when it is told to. */
function held() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const workspaces: Workspace[] = [];
  const call = async (workspace: Workspace) => {
    workspaces.push(workspace);
    await promise;
    return workspace;
  };
  return { call, end: resolve, workspaces };
}

describe('CallSlots', () => {
  it('runs as many calls as there are slots, each with a workspace of its own, in the order they came', async () => {
    const slots = new CallSlots(2);
    const calls = [held(), held(), held(), held()];
    const results = calls.map(({ call }) => slots.run(undefined, call));
    await Promise.resolve();
    const running = () => calls.map(({ workspaces }) => workspaces.length);
    expect(running()).toEqual([1, 1, 0, 0]);
    expect(calls[0]?.workspaces[0]).not.toBe(calls[1]?.workspaces[0]);
    calls[1]?.end();
    const freed = await results[1];
    await Promise.resolve();
    expect(running()).toEqual([1, 1, 1, 0]);
    expect(calls[2]?.workspaces[0]).toBe(freed);
    for (const { end } of calls) end();
    await Promise.all(results);
    expect(running()).toEqual([1, 1, 1, 1]);
  });

  it('frees the slot of a call that fails', async () => {
    const slots = new CallSlots(1);
    await expect(slots.run(undefined, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(slots.run(undefined, () => Promise.resolve(7))).resolves.toBe(7);
  });

  it('forgets who gave up waiting', async () => {
    const slots = new CallSlots(1);
    const first = held();
    const [gone, last] = [held(), held()];
    const running = slots.run(undefined, first.call);
    const abort = new AbortController();
    const waiting = slots.run(abort.signal, gone.call);
    const behind = slots.run(undefined, last.call);
    abort.abort(new Error('hung up'));
    await expect(waiting).rejects.toThrow('hung up');
    await expect(slots.run(abort.signal, gone.call)).rejects.toThrow('hung up');
    first.end();
    last.end();
    await Promise.all([running, behind]);
    expect(gone.workspaces).toEqual([]);
  });
});
