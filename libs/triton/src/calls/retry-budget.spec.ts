import { describe, expect, it } from 'vitest';
import { RetryBudget } from './retry-budget.js';

function after(failures: number, successes = 0): boolean {
  const budget = new RetryBudget();
  for (let count = 0; count < failures; count++) budget.failed();
  for (let count = 0; count < successes; count++) budget.succeeded();
  return budget.allowsRetry;
}

describe('RetryBudget', () => {
  it('allows fifty retries in a row, and then none', () => {
    expect([0, 1, 49].map((failures) => after(failures))).toEqual([true, true, true]);
    expect([50, 51, 1000].map((failures) => after(failures))).toEqual([false, false, false]);
  });

  it('allows them again after some answers, however long nothing was answered', () => {
    expect(after(1000, 499)).toBe(false);
    expect(after(1000, 502)).toBe(true);
  });

  it('saves up no more than it began with', () => {
    const budget = new RetryBudget();
    for (let count = 0; count < 10_000; count++) budget.succeeded();
    for (let count = 0; count < 50; count++) budget.failed();
    expect(budget.allowsRetry).toBe(false);
  });
});
