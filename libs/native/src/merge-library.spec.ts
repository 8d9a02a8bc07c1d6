import { describe, expect, it } from 'vitest';
import { builtLibrary } from './built-library.fixture.js';
import { MergeLibrary } from './merge-library.js';

const library = MergeLibrary.open(builtLibrary('merge_embeddings'));

describe('MergeLibrary.merge', () => {
  const embeddings = Float32Array.of(1, 0, 0, 2, 0.2, 0, 3, -0.2, 0, 0, 0, 5);

  it('weighs members by agreement and points at the one that does not fit', async () => {
    const { merged, weights, outliers } = await library.merge({
      embeddings,
      dimension: 3,
      method: 'agreement',
    });
    expect(merged).toBeInstanceOf(Float32Array);
    expect([...outliers]).toEqual([0, 0, 0, 1]);
    expect(weights[3]).toBe(0);
    expect(merged[0]).toBeCloseTo(1, 3);
    expect(Math.hypot(...merged)).toBeCloseTo(1, 6);
  });

  it('gives back the element type it was given', async () => {
    const { merged, weights, outliers } = await library.merge({
      embeddings: Float64Array.from(embeddings),
      dimension: 3,
      method: 'mean',
    });
    expect(merged).toBeInstanceOf(Float64Array);
    expect([...weights]).toEqual([1, 1, 1, 1]);
    expect([...outliers]).toEqual([0, 0, 0, 0]);
  });

  it('merges the same in another thread', async () => {
    const dimension = 512;
    const many = Float64Array.from(
      { length: 600 * dimension },
      (_, index) => 0.3 * Math.sin(index) + Math.cos(index % 512),
    );
    const { merged, weights } = await library.merge({ embeddings: many, dimension, method: 'agreement' });
    const first = await library.merge({
      embeddings: many.slice(0, 100 * dimension),
      dimension,
      method: 'agreement',
    });
    expect(Math.hypot(...merged)).toBeCloseTo(1, 12);
    expect(weights.every((weight) => weight > 0.1 && weight <= 1)).toBe(true);
    const product = merged.reduce((sum, value, index) => sum + value * (first.merged[index] ?? 0), 0);
    expect(product).toBeGreaterThan(0.99);
  });

  it.each([
    ['half a row', new Float32Array(4), 'wrong_dimension', /whole rows/],
    ['no row', new Float32Array(0), 'wrong_dimension', /at least one row/],
    ['a zero row', Float32Array.of(1, 0, 0, 0, 0, 0), 'zero_embedding', /position 1, from 0/],
    [
      'a number that is not finite',
      Float32Array.of(1, 0, 0, 1, 0, 0, 1, Infinity, 0),
      'non_finite_number',
      /position 2/,
    ],
    ['rows that cancel out', Float32Array.of(1, 2, 3, -1, -2, -3), 'zero_embedding', /cancel out[^(]*$/],
  ])('refuses %s', async (_name, rows, code, message) => {
    const merging = library.merge({ embeddings: rows, dimension: 3, method: 'agreement' });
    await expect(merging).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });
});

describe('MergeLibrary.flip', () => {
  const views = Float32Array.of(3, 0, 0, 2);
  const mirrored = Float32Array.of(0, 4, 0, 1);

  it('takes the mean of two views', () => {
    const merged = library.flip('mean', views, mirrored, 2);
    for (const [index, value] of [Math.SQRT1_2, Math.SQRT1_2, 0, 1].entries()) {
      expect(merged[index]).toBeCloseTo(value, 6);
    }
  });

  it('puts two views side by side', () => {
    const merged = library.flip('concat', views, mirrored, 2);
    expect(merged).toHaveLength(8);
    for (const [index, sign] of [1, 0, 0, 1, 0, 1, 0, 1].entries()) {
      expect(merged[index]).toBeCloseTo(sign * Math.SQRT1_2, 6);
    }
  });

  it('refuses what the function would misread', () => {
    expect(() => library.flip('mean', views, Float32Array.of(1, 2), 2)).toThrow(RangeError);
    expect(() => library.flip('mean', new Float64Array(4) as unknown as Float32Array, mirrored, 2)).toThrow(
      TypeError,
    );
    expect(() => library.flip('mean', views, mirrored, 3)).toThrow(/whole rows of 3 numbers/);
    expect(() => library.flip('mean', views, Float32Array.of(1, 1, 0, -2), 2)).toThrow(/position 1, from 0/);
  });
});
