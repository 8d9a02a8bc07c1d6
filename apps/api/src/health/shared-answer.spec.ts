import { describe, expect, it } from 'vitest';
import { SharedAnswer } from './shared-answer.js';

describe('a shared answer', () => {
  it('is found out once for all who ask meanwhile, and anew for those who come later', async () => {
    let asked = 0;
    const answer = new SharedAnswer(async () => Promise.resolve(++asked));
    expect(await Promise.all([answer.get(), answer.get(), answer.get()])).toEqual([1, 1, 1]);
    expect(await answer.get()).toBe(2);
  });

  it('is found out anew after a failure', async () => {
    let fails = true;
    const answer = new SharedAnswer(() => (fails ? Promise.reject(new Error('no')) : Promise.resolve('yes')));
    await expect(answer.get()).rejects.toThrow('no');
    fails = false;
    expect(await answer.get()).toBe('yes');
  });
});
