import { describe, expect, it } from 'vitest';
import { largestDifference } from './agreement.ts';
import { chooseCandidates, crowds, type DataSet, drawCrowd } from './data-set.ts';
import { digits, targetTable } from './figures.ts';
import { fairEnvironment, forcedEnvironment, openblasCore } from './numpy-environment.ts';
import { isSettled, ratio, summarise, type Timings } from './rounds.ts';

function cosine({ dimension, values }: DataSet, one: number, other: number): number {
  const [a, b] = [one, other].map((row) => values.subarray(row * dimension, (row + 1) * dimension));
  if (a === undefined || b === undefined) throw new Error('no such row');
  const product = a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
  return product / (Math.hypot(...a) * Math.hypot(...b));
}

describe('data sets', () => {
  it.each(crowds)('have the cosines of their name: $name', (crowd) => {
    const count = 40;
    const data = drawCrowd(crowd, count, 1024);
    expect(data.values).toHaveLength(41 * 1024);
    const persons = Math.max(1, Math.ceil(count / crowd.photos));
    const near = (a: number, b: number) => a % persons === b % persons;
    for (let a = 0; a <= count; a++) {
      for (let b = 0; b < a; b++) {
        const samePerson = crowd.photos > 1 && near(a, b);
        expect(Math.abs(cosine(data, a, b) - (samePerson ? crowd.cosine : 0))).toBeLessThan(0.16);
      }
    }
    expect(drawCrowd(crowd, count, 1024)).toEqual(data);
  });

  it('of given embeddings are the nearest of a query, or any of the others', () => {
    const all = drawCrowd(crowds[1], 60, 64);
    const nearest = chooseCandidates(all, 20, 'nearest');
    const any = chooseCandidates(all, 20, 'any');
    if (nearest === undefined || any === undefined) throw new Error('there are enough');
    const last = Math.min(...Array.from({ length: 20 }, (_, index) => cosine(nearest, 0, index + 1)));
    const better = Array.from({ length: 61 }, (_, row) => row).filter((row) => {
      const together = new Float32Array(128);
      together.set(nearest.values.subarray(0, 64));
      together.set(all.values.subarray(row * 64, (row + 1) * 64), 64);
      return cosine({ dimension: 64, values: together }, 0, 1) >= last;
    });
    // The query itself and the twenty.
    expect(better).toHaveLength(21);
    expect(any.values.subarray(0, 64)).toEqual(nearest.values.subarray(0, 64));
    expect(any.values).not.toEqual(nearest.values);
    expect(chooseCandidates(all, 61, 'any')).toBeUndefined();
  });
});

describe('timings', () => {
  it('are settled when the best calls of three rounds agree', () => {
    const rounds = (...bests: number[]) => bests.map((best) => timing(best, 2 * best));
    expect(isSettled(rounds(10, 50, 10.2, 10.3))).toBe(true);
    expect(isSettled(rounds(10, 50, 10.2, 10.4))).toBe(false);
    expect(isSettled(rounds(10, 10))).toBe(false);
  });

  const timing = (best: number, median: number) => ({ best, median, calls: 1, operations: 8 });
  const timings: Timings = new Map([
    ['numpy', [timing(10, 12), timing(8, 20), timing(9, 12)]],
    ['library', [timing(4, 4), timing(2, 5), timing(3, 6)]],
    ['naive', [timing(100, 120)]],
    ['absent', []],
  ]);

  it('are summarised by the best call and the median', () => {
    expect(summarise(timings, 'library')).toEqual({ best: 2, median: 5, operations: 8 });
    expect(summarise(timings, 'absent')).toBeUndefined();
  });

  it('are compared by the best calls and round by round', () => {
    expect(ratio(timings, 'numpy', 'library')).toEqual({ best: 4, median: 3 });
    expect(ratio(timings, 'naive', 'library')).toEqual({ best: 50, median: 30 });
    expect(ratio(timings, 'absent', 'library')).toBeUndefined();
  });
});

it('notices scores that differ, are missing or no numbers', () => {
  const scores = (...values: number[]) => Float64Array.from(values);
  expect(largestDifference(scores(0.5, 0.25), scores(0.5, 0.5))).toBe(0.25);
  expect(largestDifference(scores(0.5), scores(0.5, 0.5))).toBeNaN();
  expect(largestDifference(scores(0.5, NaN), scores(0.5, 0.5))).toBeNaN();
});

it('lets numpy choose its kernels, and tells when the environment does not', () => {
  const environment = { PATH: '/bin', OPENBLAS_CORETYPE: 'Haswell', OMP_NUM_THREADS: '8', NPY_X: '1' };
  const fair = fairEnvironment(environment);
  expect(fair).toMatchObject({ PATH: '/bin', OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' });
  expect(Object.keys(fair)).not.toContain('OPENBLAS_CORETYPE');
  expect(Object.keys(fair)).not.toContain('NPY_X');
  expect(forcedEnvironment(environment)).toMatchObject({
    OPENBLAS_CORETYPE: 'Haswell',
    OMP_NUM_THREADS: '1',
  });
  expect(forcedEnvironment({ PATH: '/bin' })).toBeUndefined();
  expect(openblasCore('Core: SkylakeX\n')).toBe('SkylakeX');
  expect(openblasCore('')).toBeUndefined();
});

it('shows figures with three digits, and which targets are reached', () => {
  expect([1234.5, 12.345, 0.012345, NaN].map(digits)).toEqual(['1235', '12.3', '0.0123', '-']);
  const shown = targetTable([
    { name: 'a', value: 2.6, least: 2.5 },
    { name: 'b', value: 2e-5, most: 1e-5 },
  ]);
  expect(shown).toContain('| a      | 2.60     | at least 2.50  | yes     |');
  expect(shown).toContain('| b      | 2.0e-5   | at most 1.0e-5 | no      |');
});
