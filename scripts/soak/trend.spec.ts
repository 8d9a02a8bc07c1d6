import { describe, expect, it } from 'vitest';
import { seededRandom } from '../measure/seeded-random.ts';
import { type Point, median, trendOf, verdictOf } from './trend.ts';

/** Every ten seconds for so many minutes, with noise as of collections of garbage. */
function series(minutes: number, of: (hours: number) => number): Point[] {
  const random = seededRandom('trend');
  return Array.from({ length: minutes * 6 }, (_, index) => {
    const seconds = 600 + index * 10;
    const peak = index % 17 === 0 ? 80 : 0;
    return [seconds, of(seconds / 3600) + 20 * random() + peak];
  });
}

describe('the trend of a figure', () => {
  it('is the slope an hour, whatever single peaks do', () => {
    expect(trendOf(series(50, (hours) => 500 + 60 * hours)).slope).toBeGreaterThan(50);
    expect(trendOf(series(50, (hours) => 500 + 60 * hours)).slope).toBeLessThan(70);
  });

  it('has the medians of its ends, and the highest', () => {
    const points: Point[] = [1, 2, 3, 10, 20, 30].map((value, index) => [index, value]);
    expect(trendOf(points)).toMatchObject({ early: 1.5, late: 25, highest: 30 });
  });

  it.each([
    ['flat', 50, () => 500],
    ['flat', 50, (hours: number) => 700 - 100 * hours],
    ['flat', 50, (hours: number) => 500 + 10 * hours],
    ['rising', 50, (hours: number) => 500 + 100 * hours],
    ['rising', 25, (hours: number) => 100 + 100 * hours],
    ['too short a time to say', 3, (hours: number) => 500 + 10_000 * hours],
  ] as const)('is told in words: %s', (words, minutes, of) => {
    expect(verdictOf(series(minutes, of))).toBe(words);
  });

  it('knows the median', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, Number.NaN]);
  });
});
