import { describe, expect, it } from 'vitest';
import { isReached, points, rate, share } from './measurement.ts';

describe('a target', () => {
  it('is missed by a figure that is too low, too high or none at all', () => {
    expect(isReached({ name: '', value: 0.02, least: 0.02 })).toBe(true);
    expect(isReached({ name: '', value: 0.0199, least: 0.02 })).toBe(false);
    expect(isReached({ name: '', value: 1, most: 0 })).toBe(false);
    expect(isReached({ name: '', value: Number.NaN, least: 0 })).toBe(false);
  });
});

describe('a share', () => {
  it('has four digits, and no minus before nothing', () => {
    expect([0.99631, -0.00123, -0.00001].map(share)).toEqual(['0.9963', '-0.0012', '0.0000']);
  });
});

describe('percentage points', () => {
  it('have a sign, an interval, and no minus before nothing', () => {
    expect(points(0.0239, { low: 0.0205, high: 0.0273 })).toBe('+2.39 [2.05, 2.73]');
    expect(points(-0.0057, { low: -0.0093, high: 0.0006 })).toBe('-0.57 [-0.93, 0.06]');
    expect(points(-0.00001)).toBe('0.00');
  });
});

describe('a rate', () => {
  it('keeps two digits that count, with its interval', () => {
    expect(rate({ value: 0.01234, low: 0.01, high: 0.2 })).toBe('0.012 [0.010, 0.20]');
    expect(rate({ value: 0.0000949, low: 0, high: 0.00017 })).toBe('9.5e-5 [0, 1.7e-4]');
  });
});
