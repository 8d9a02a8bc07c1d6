import { describe, expect, it } from 'vitest';
import { expectedCalibrationError } from './calibration-error.ts';

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
