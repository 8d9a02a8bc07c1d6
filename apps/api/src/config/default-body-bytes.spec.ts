import { totalmem } from 'node:os';
import { expect, it } from 'vitest';
import { defaultBodyBytes } from './default-body-bytes.js';

it('leaves most of the memory to everything else', () => {
  expect(defaultBodyBytes()).toBeLessThanOrEqual(Math.min(2 ** 31, totalmem() / 4));
  expect(defaultBodyBytes()).toBeGreaterThan(2 ** 20);
});
