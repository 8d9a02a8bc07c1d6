import { describe, expect, it } from 'vitest';
import { JobQueue } from './job-queue.js';

const item = (name: string, bytes = 1) => ({ name, bytes });

describe('JobQueue', () => {
  it('takes all or none, by number and by bytes', () => {
    const queue = new JobQueue<ReturnType<typeof item>>({ items: 3, bytes: 10 });
    expect(queue.add([item('a'), item('b')])).toBe(true);
    expect(queue.add([item('c'), item('d')])).toBe(false);
    expect(queue.add([item('c', 9)])).toBe(false);
    expect(queue.add([item('c', 8)])).toBe(true);
    expect([queue.take()?.name, queue.take()?.name, queue.take()?.name]).toEqual(['a', 'b', 'c']);
    expect(queue.take()).toBeUndefined();
  });

  it('takes anything when it is empty', () => {
    const queue = new JobQueue<ReturnType<typeof item>>({ items: 1, bytes: 10 });
    expect(queue.add([item('a', 50), item('b', 50)])).toBe(true);
    expect(queue.add([item('c', 0)])).toBe(false);
  });

  it('frees the place of what is removed, and puts back at the front', () => {
    const queue = new JobQueue<ReturnType<typeof item>>({ items: 2, bytes: 2 });
    queue.add([item('a'), item('b')]);
    queue.remove(({ name }) => name === 'a');
    expect(queue.add([item('c')])).toBe(true);
    queue.putBack(item('z'));
    expect(queue.waiting.map(({ name }) => name)).toEqual(['z', 'b', 'c']);
  });
});
