import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineBudget } from './line-budget.js';

describe('the budget of lines', () => {
  it('writes the first of a second, then one in a hundred, and tells how many it left out', () => {
    let now = 0;
    const budget = new LineBudget(3, () => now);
    const many = Array.from({ length: 205 }, () => budget.take('info'));
    expect(many.flatMap((skipped, index) => (skipped === undefined ? [] : [[index, skipped]]))).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [102, 99],
      [202, 99],
    ]);
    now = 1000;
    expect(budget.take('info')).toBe(2);
    expect(budget.take('info')).toBe(0);
  });

  it('has one of its own for each kind', () => {
    const budget = new LineBudget(1, () => 0);
    expect([budget.take('info'), budget.take('info'), budget.take('error')]).toEqual([0, undefined, 0]);
  });

  it('loses no line out of count', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat({ max: 400 })), (perSecond, pauses) => {
        let now = 0;
        const budget = new LineBudget(perSecond, () => now);
        let counted = 0;
        for (const pause of pauses) {
          now += pause;
          const skipped = budget.take('info');
          if (skipped !== undefined) counted += skipped + 1;
        }
        now += 1000;
        expect(counted + (budget.take('info') ?? Number.NaN)).toBe(pauses.length);
      }),
    );
  });
});
