import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallLimit } from './call-limit.js';

describe('CallLimit', () => {
  it('never runs more than allowed, keeps the order, and goes on after failures', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.boolean(), { maxLength: 20 }),
        async (most, fails) => {
          const limit = new CallLimit(most);
          const started: number[] = [];
          let running = 0;
          let peak = 0;
          const calls = fails.map((fail, index) =>
            limit.run(async () => {
              started.push(index);
              peak = Math.max(peak, ++running);
              await Promise.resolve();
              running -= 1;
              if (fail) throw new Error('failed');
              return index;
            }),
          );
          const settled = await Promise.allSettled(calls);
          expect(settled.map(({ status }) => status === 'rejected')).toEqual(fails);
          expect(started).toEqual(fails.map((_, index) => index));
          expect(peak).toBe(Math.min(most, fails.length));
        },
      ),
    );
  });
});
