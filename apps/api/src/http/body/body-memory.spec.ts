import { describe, expect, it } from 'vitest';
import { BodyMemory } from './body-memory.js';

const megabyte = 1_048_576;

describe('BodyMemory', () => {
  it('gives the same memory again for a body of about the same size', () => {
    const memory = new BodyMemory();
    const first = memory.take(3 * megabyte - 10);
    expect(first).toHaveLength(3 * megabyte - 10);
    const { buffer } = first;
    expect(memory.take(3 * megabyte).buffer).not.toBe(buffer);
    memory.giveBack(first);
    expect(memory.take(megabyte).buffer).not.toBe(buffer);
    expect(memory.take(3 * megabyte + 1).buffer).not.toBe(buffer);
    expect(memory.take(2 * megabyte).buffer).toBe(buffer);
    expect(memory.take(3 * megabyte).buffer).not.toBe(buffer);
  });

  it('keeps what a few bodies need, and gives the rest back to the system', () => {
    const memory = new BodyMemory();
    const bodies = Array.from({ length: 10 }, () => memory.take(10 * megabyte));
    for (const body of bodies) memory.giveBack(body);
    const lengths = bodies.map(({ length }) => length);
    expect(lengths.filter((length) => length > 0)).toHaveLength(6);
    const again = Array.from({ length: 7 }, () => memory.take(10 * megabyte));
    expect(again.filter(({ buffer }) => bodies.some((body) => body.buffer === buffer))).toHaveLength(6);
  });
});
