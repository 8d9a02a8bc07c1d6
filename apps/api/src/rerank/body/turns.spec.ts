import { describe, expect, it } from 'vitest';
import { Turns } from './turns.js';

const never = new AbortController().signal;

describe('Turns', () => {
  it('does one step a turn, one piece of work after the other', async () => {
    const turns = new Turns();
    const seen: string[] = [];
    function* work(name: string, steps: number): Generator<void, string> {
      for (let step = 1; step <= steps; step++) {
        seen.push(`${name}${step}`);
        setImmediate(() => seen.push('-'));
        yield;
      }
      return name;
    }
    const results = [
      turns.run(work('a', 2), () => false, never),
      turns.run(work('b', 2), () => false, never),
    ];
    expect(await Promise.all(results)).toEqual(['a', 'b']);
    expect(seen.join(' ')).toBe('a1 - a2 - b1 - b2 -');
  });

  it('ends early when enough was done', async () => {
    let steps = 0;
    function* endless(): Generator<void, never> {
      for (;;) {
        steps++;
        yield;
      }
    }
    expect(await new Turns().run(endless(), () => steps === 3, never)).toBeUndefined();
    expect(steps).toBe(3);
  });

  it('goes on with others after one that failed or was given up', async () => {
    const turns = new Turns();
    const abort = new AbortController();
    function* broken(): Generator<void, never> {
      yield;
      throw new Error('broken');
    }
    function* simple(): Generator<void, number> {
      yield;
      return 7;
    }
    const failing = turns.run(broken(), () => false, never);
    const leaving = turns.run(simple(), () => false, abort.signal);
    const last = turns.run(simple(), () => false, never);
    abort.abort(new Error('hung up'));
    await expect(failing).rejects.toThrow('broken');
    await expect(leaving).rejects.toThrow('hung up');
    expect(await last).toBe(7);
  });
});
