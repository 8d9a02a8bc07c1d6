import { describe, expect, it } from 'vitest';
import { tooMuchForEventLoop } from './rerank-work.js';

describe('tooMuchForEventLoop', () => {
  it.each([
    [100, 1024, 'avx512vnni', false],
    [110, 1024, 'avx512', true],
    [100, 1024, 'avx2', true],
    [100, 512, 'avx2', false],
    [64, 1024, 'portable', false],
    [100, 512, undefined, true],
    [1000, 512, 'avx512vnni', true],
  ])('of %i voting candidates with %i numbers, with %s: %s', (candidates, dimension, level, expected) => {
    expect(tooMuchForEventLoop({ candidates, dimension, voting: true }, level)).toBe(expected);
  });

  it('leaves a thousand candidates that do not vote on the event loop, but not any number of them', () => {
    const size = { dimension: 1024, voting: false };
    expect(tooMuchForEventLoop({ ...size, candidates: 1000 }, 'avx512')).toBe(false);
    expect(tooMuchForEventLoop({ ...size, candidates: 10_000 }, 'avx512')).toBe(true);
  });
});
