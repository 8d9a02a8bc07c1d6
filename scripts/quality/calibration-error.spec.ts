import { describe, expect, it } from 'vitest';
import { expectedCalibrationError, reliability } from './calibration-error.ts';

const predictions = (score: number, right: number, wrong: number) => [
  ...Array.from({ length: right }, () => ({ score, right: true })),
  ...Array.from({ length: wrong }, () => ({ score, right: false })),
];

describe('the calibration error', () => {
  it('is 0 when as many come true as was said', () => {
    expect(expectedCalibrationError([...predictions(0.9, 9, 1), ...predictions(0.2, 1, 4)])).toBeCloseTo(0);
  });

  it('is the gap, weighted by how many it is about', () => {
    // .9 was said and half came true, in 10 of 15; .2 was right in the others.
    expect(expectedCalibrationError([...predictions(0.9, 5, 5), ...predictions(0.2, 1, 4)])).toBeCloseTo(
      (0.4 * 10) / 15,
    );
  });

  it('does not set too much against too little', () => {
    expect(expectedCalibrationError([...predictions(0.9, 0, 1), ...predictions(0.1, 1, 0)])).toBeCloseTo(0.9);
  });

  it('has a place for certainty', () => {
    expect(expectedCalibrationError(predictions(1, 3, 0))).toBe(0);
    expect(expectedCalibrationError(predictions(0, 0, 3))).toBe(0);
  });
});

describe('reliability', () => {
  it('tells for ranges of scores how often they came true', () => {
    const stated = (score: number, right: boolean) => ({ score, right });
    const all = [stated(0.5, false), stated(0.7, true), stated(0.9, true), stated(1, true)];
    expect(reliability(all, [0, 0.5, 0.9, 1])).toEqual([
      { low: 0.5, high: 0.9, number: 2, meanScore: 0.6, right: 0.5 },
      { low: 0.9, high: 1, number: 2, meanScore: 0.95, right: 1 },
    ]);
  });
});
