import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shortestFloat32 } from './shortest-float32.js';

describe('shortestFloat32', () => {
  it('reads back as the same float32', () => {
    fc.assert(
      fc.property(fc.float(), (value) => {
        expect(Math.fround(shortestFloat32(value))).toBe(value);
      }),
      { numRuns: 20_000 },
    );
  });

  it('has at most nine significant digits where embeddings and pixels lie', () => {
    fc.assert(
      fc.property(fc.float({ min: Math.fround(1e-9), max: Math.fround(1e9), noNaN: true }), (value) => {
        const digits = shortestFloat32(value).toExponential().replace(/e.*/, '').replace('.', '');
        expect(digits.length).toBeLessThanOrEqual(9);
      }),
      { numRuns: 20_000 },
    );
  });

  it.each([0.1, 0.0345, -0.42, 1, 0, 640, 0.99, 1234.5])('shows %d as it is', (value) => {
    expect(shortestFloat32(Math.fround(value))).toBe(value);
  });
});
