import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalise } from './normalise.js';

const embeddings = fc
  .array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 64 })
  .filter((numbers) => numbers.some((number) => number !== 0))
  .map((numbers) => Float32Array.from(numbers));

describe('normalise', () => {
  it('gives unit length, from the smallest to the largest float32', () => {
    fc.assert(
      fc.property(embeddings, (embedding) => {
        expect(Math.hypot(...normalise('m', embedding))).toBeCloseTo(1, 6);
      }),
    );
  });

  it('keeps the direction', () => {
    expect(Array.from(normalise('m', Float32Array.of(3, 0, -4)))).toEqual([
      Math.fround(0.6),
      0,
      Math.fround(-0.8),
    ]);
  });

  it('refuses an embedding of zeros, naming the model', () => {
    expect(() => normalise('extraction', new Float32Array(4))).toThrow(
      "'extraction' gave an embedding of zeros",
    );
  });
});
