import { describe, expect, it } from 'vitest';
import { PictureSlots } from './picture-slots.js';

/** A task that ends when it is told to. */
function task(): { run: () => Promise<string>; end: () => void; begun: () => boolean } {
  const done = Promise.withResolvers<string>();
  let begun = false;
  const run = (): Promise<string> => {
    begun = true;
    return done.promise;
  };
  return { run, end: () => done.resolve('done'), begun: () => begun };
}

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('PictureSlots', () => {
  it('runs as many small pictures as there are slots, then the next ones in order', async () => {
    const slots = new PictureSlots(2, 16_000_000);
    const tasks = [task(), task(), task(), task()];
    const all = tasks.map(({ run }) => slots.run(1000, undefined, run));
    await soon();
    expect(tasks.map(({ begun }) => begun())).toEqual([true, true, false, false]);
    tasks[1]!.end();
    await soon();
    expect(tasks.map(({ begun }) => begun())).toEqual([true, true, true, false]);
    tasks.forEach(({ end }) => end());
    expect(await Promise.all(all)).toEqual(Array(4).fill('done'));
  });

  it('gives a huge picture all slots, and nobody overtakes it', async () => {
    const slots = new PictureSlots(2, 16_000_000);
    const [small, huge, later] = [task(), task(), task()];
    const all = [
      slots.run(1000, undefined, small.run),
      slots.run(50_000_000, undefined, huge.run),
      slots.run(1000, undefined, later.run),
    ];
    await soon();
    expect([huge.begun(), later.begun()]).toEqual([false, false]);
    small.end();
    await soon();
    expect([huge.begun(), later.begun()]).toEqual([true, false]);
    huge.end();
    later.end();
    await Promise.all(all);
  });

  it('lets go who does not wait any more, also at the head of the queue', async () => {
    const slots = new PictureSlots(2, 16_000_000);
    const [first, huge, last] = [task(), task(), task()];
    const leaving = new AbortController();
    const running = slots.run(1000, undefined, first.run);
    const left = slots.run(50_000_000, leaving.signal, huge.run);
    const next = slots.run(1000, undefined, last.run);
    leaving.abort();
    await expect(left).rejects.toMatchObject({ code: 'cancelled' });
    expect([huge.begun(), last.begun()]).toEqual([false, true]);
    first.end();
    last.end();
    await Promise.all([running, next]);
  });

  it('tells a deadline from a client that left', async () => {
    const signal = AbortSignal.abort(new DOMException('late', 'TimeoutError'));
    await expect(new PictureSlots(1, 16_000_000).run(1, signal, task().run)).rejects.toMatchObject({
      code: 'deadline_exceeded',
    });
  });

  it('frees the slot of a task that fails', async () => {
    const slots = new PictureSlots(1, 16_000_000);
    await expect(slots.run(1, undefined, () => Promise.reject(new Error('broken')))).rejects.toThrow(
      'broken',
    );
    expect(await slots.run(1, undefined, () => Promise.resolve(3))).toBe(3);
  });
});
