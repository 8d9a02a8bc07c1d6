import { describe, expect, it } from 'vitest';
import { KeptMemory } from './kept-memory.js';

const megabyte = 1_048_576;
const memoryOf = (megabytes: number) =>
  new KeptMemory(megabytes * megabyte, (bytes) => new ArrayBuffer(bytes));

describe('KeptMemory', () => {
  it('gives the same memory again for about as many bytes', () => {
    const memory = memoryOf(64);
    const first = memory.take(3 * megabyte);
    memory.giveBack(first);
    expect(memory.take(megabyte)).not.toBe(first);
    expect(memory.take(3 * megabyte + 1)).not.toBe(first);
    expect(memory.take(2 * megabyte)).toBe(first);
    expect(memory.take(3 * megabyte)).not.toBe(first);
  });

  it('keeps so much, and gives the rest back to the system', () => {
    const memory = memoryOf(64);
    const taken = Array.from({ length: 10 }, () => memory.take(10 * megabyte));
    for (const each of taken) memory.giveBack(each);
    expect(taken.filter(({ byteLength }) => byteLength > 0)).toHaveLength(6);
    const again = Array.from({ length: 7 }, () => memory.take(10 * megabyte));
    expect(again.filter((each) => taken.includes(each))).toHaveLength(6);
  });

  it('keeps nothing small', () => {
    const memory = memoryOf(64);
    const small = memory.take(1000);
    memory.giveBack(small);
    expect(small.byteLength).toBe(0);
    memory.giveBack(small);
    expect(memory.take(1000)).not.toBe(small);
  });
});
