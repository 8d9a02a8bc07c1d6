import { describe, expect, it } from 'vitest';
import { releaseBytes } from './release-bytes.js';

describe('releaseBytes', () => {
  it('empties an array that has a buffer of its own', () => {
    const bytes = new Uint8Array(1000).fill(7);
    releaseBytes(bytes);
    expect(bytes).toHaveLength(0);
    releaseBytes(bytes);
    expect(bytes).toHaveLength(0);
  });

  it('leaves a part of a larger buffer alone', () => {
    const whole = new Uint8Array(1000).fill(7);
    releaseBytes(whole.subarray(0, 999));
    releaseBytes(Buffer.from('short, out of the pool of Node'));
    expect(whole.every((byte) => byte === 7)).toBe(true);
    expect(whole).toHaveLength(1000);
  });
});
