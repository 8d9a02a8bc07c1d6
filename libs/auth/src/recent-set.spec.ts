import { expect, it } from 'vitest';
import { RecentSet } from './recent-set.js';

it('forgets what was not used for the longest time', () => {
  const set = new RecentSet(2);
  set.add('a');
  set.add('b');
  expect(set.touch('a')).toBe(true);
  set.add('c');
  expect([set.touch('a'), set.touch('b'), set.touch('c')]).toEqual([true, false, true]);
  set.add('c');
  expect(set.touch('a')).toBe(true);
});
