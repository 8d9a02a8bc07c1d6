import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cosineToRow, unitVector } from './cosine.js';

const magnitude = fc.constantFrom(5e-324, 1e-310, 1e-300, 1e-8, 1, 1e8, 1e300);
const direction = fc.double({ min: 0.1, max: 1.4, noNaN: true });

describe('unitVector and cosineToRow', () => {
  it('hold for every magnitude a number can have', () =>
    fc.assert(
      fc.property(direction, magnitude, (angle, size) => {
        const unit = unitVector(Float64Array.of(size, 0));
        expect([...(unit ?? [])]).toEqual([1, 0]);
        const factor = Math.max(size, 1e-290);
        const rows = Float64Array.of(0, 0, Math.cos(angle) * factor, Math.sin(angle) * factor);
        expect(cosineToRow(Float64Array.of(1, 0), rows, 1)).toBeCloseTo(Math.cos(angle), 12);
      }),
    ));

  it('give null where there is no direction', () => {
    for (const wrong of [0, Number.NaN, Infinity, -Infinity]) {
      expect(unitVector(Float64Array.of(0, wrong))).toBeNull();
      expect(cosineToRow(Float64Array.of(1, 0), Float64Array.of(1, 0, 0, wrong), 1)).toBeNull();
    }
  });
});
