import { describe, expect, it } from 'vitest';
import { freeMemoryReturn } from './free-memory.js';

const blockBytes = 100_000;
const blocks = 3000;
const report = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
const isGlibc = report.header.glibcVersionRuntime !== undefined;

describe('freeMemoryReturn', () => {
  it('gives back what lies freed between blocks in use, or is not there without glibc', async () => {
    const returnMemory = freeMemoryReturn();
    if (!isGlibc) return expect(returnMemory).toBeUndefined();
    const kept = Array.from({ length: blocks }, () => Buffer.allocUnsafeSlow(blockBytes).fill(1));
    // Every tenth stays, so that the C library cannot give any of it back by itself.
    for (const [index, { buffer }] of kept.entries()) if (index % 10 !== 0) buffer.transfer(0);
    const before = process.memoryUsage.rss();
    await returnMemory?.();
    const returned = before - process.memoryUsage.rss();
    expect(kept[0]?.at(-1)).toBe(1);
    expect(returned).toBeGreaterThan((blocks * blockBytes) / 2);
  });
});
