import { FaceError } from '@face/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sentEmbeddings } from './sent-embeddings.fixture.js';
import { readEmbeddings } from './read-embeddings.js';

const base64 = (values: readonly number[]) =>
  Buffer.from(Float32Array.from(values).buffer).toString('base64');

const read = (sent: readonly unknown[], dimension: number) => readEmbeddings(sentEmbeddings(sent), dimension);

function errorOf(sent: readonly unknown[], dimension: number): FaceError {
  try {
    read(sent, dimension);
  } catch (error) {
    if (error instanceof FaceError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('embeddings of a request', () => {
  it('keep every digit of numbers', () => {
    const rows = read([[0.1, 1e-300, -2]], 3);
    expect(rows).toBeInstanceOf(Float64Array);
    expect([...rows]).toEqual([0.1, 1e-300, -2]);
  });

  it('stay float32 when all of them came as base64', () => {
    const rows = read([base64([1.5, -2]), base64([0.25, 3])], 2);
    expect(rows).toBeInstanceOf(Float32Array);
    expect([...rows]).toEqual([1.5, -2, 0.25, 3]);
  });

  it('may be mixed', () => {
    const rows = read([base64([1.5, -2]), [0.1, 3], base64([4, 5])], 2);
    expect(rows).toBeInstanceOf(Float64Array);
    expect([...rows]).toEqual([1.5, -2, 0.1, 3, 4, 5]);
  });

  it('stay where they are when they lie in order, and are copied when they do not', () => {
    const sent = sentEmbeddings([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const part = (indices: readonly number[]) =>
      readEmbeddings({ ...sent, length: indices.length, at: (index) => sent.at(indices[index] ?? 0) }, 2);
    expect([...part([1, 2])]).toEqual([3, 4, 5, 6]);
    expect(part([1, 2]).buffer).toBe(part([0]).buffer);
    expect([...part([2, 1])]).toEqual([5, 6, 3, 4]);
    expect(part([2, 1]).buffer).not.toBe(part([0]).buffer);
  });

  it('read any base64 of float32, padded or not', () => {
    const vector = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(vector, fc.boolean(), (values, padded) => {
        const text = padded ? base64(values) : base64(values).replace(/=+$/, '');
        expect([...read([text], values.length)]).toEqual([...Float32Array.from(values)]);
      }),
    );
  });

  it('read arrays as they are', () => {
    const vector = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(vector, (values) => {
        // JSON has no -0.
        const sent = values.map((value) => value + 0);
        expect([...read([sent], values.length)]).toEqual(sent);
      }),
    );
  });

  it.each([
    ['text among numbers', [[1, 'a']], 'validation_failed'],
    ['null among numbers', [[1, null]], 'validation_failed'],
    ['too few numbers', [[1]], 'wrong_dimension'],
    ['too many numbers', [[1, 2, 3]], 'wrong_dimension'],
    ['none', [[]], 'wrong_dimension'],
    ['an array among numbers', [[1, [2]]], 'validation_failed'],
    ['another dimension in base64', [base64([1, 2, 3])], 'wrong_dimension'],
    ['an empty string', [''], 'wrong_dimension'],
    ['NaN in base64', [base64([1, NaN])], 'non_finite_number'],
    ['half a number in base64', ['AAAAAAA='], 'invalid_embedding'],
    ['no base64', ['{"a": 1}§§§§'], 'invalid_embedding'],
    ['base64 with a stranger in it', [base64([1, 2]).replace('P', '%')], 'invalid_embedding'],
  ])('refuse %s, naming it', (_name, sent: readonly unknown[], code) => {
    const error = errorOf([base64([1, 2]), ...sent], 2);
    expect(error.code).toBe(code);
    expect(`${error.message}${JSON.stringify(error.errors)}`).toContain('1');
    expect(error.message).toMatch(/candidate|candidates\[1\]/);
  });

  it('name the element that is no number', () => {
    expect(errorOf([[1, '2']], 2).errors).toEqual([
      { path: 'candidates[0].embedding[1]', message: 'must be a number' },
    ]);
  });
});
