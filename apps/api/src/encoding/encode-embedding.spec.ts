import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeEmbedding } from './encode-embedding.js';

describe('encodeEmbedding', () => {
  it('writes the same values as numbers and as base64', () => {
    const values = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, (numbers) => {
        // A view that does not start at the beginning of its memory.
        const embedding = Float32Array.of(7, ...numbers).subarray(1);
        const packed = Buffer.from(String(encodeEmbedding(embedding, 'base64')), 'base64');
        expect(new Float32Array(new Uint8Array(packed).buffer)).toEqual(embedding.slice());
        expect(Float32Array.from(encodeEmbedding(embedding, 'float') as number[])).toEqual(embedding.slice());
      }),
    );
  });
});
