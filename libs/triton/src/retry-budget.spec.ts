import { describe, expect, it } from 'vitest';
import { RetryBudget } from './retry-budget.js';

function after(failures: number, successes = 0): boolean {
  const budget = new RetryBudget();
  for (let count = 0; count < failures; count++) budget.failed();
  for (let count = 0; count < successes; count++) budget.succeeded();
  return budget.allowsRetry;
}

describe('RetryBudget', () => {
  it('allows a few retries in a row, and then none', () => {
    expect(Array.from({ length: 8 }, (_, failures) => after(failures))).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('allows them again after some answers, however long nothing was answered', () => {
    expect(after(1000, 50)).toBe(false);
    expect(after(1000, 52)).toBe(true);
  });

  it('saves up no more than it began with', () => {
    expect(after(5, 1000)).toBe(true);
    const budget = new RetryBudget();
    for (let count = 0; count < 1000; count++) budget.succeeded();
    for (let count = 0; count < 5; count++) budget.failed();
    expect(budget.allowsRetry).toBe(false);
  });
});
