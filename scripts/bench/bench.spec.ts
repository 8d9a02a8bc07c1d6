import { describe, expect, it } from 'vitest';
import { readStat } from './process-tree.ts';
import { median, pairedRatio, summarise, type Round } from './round.ts';
import { isWanted, rerankBody } from './scenarios.ts';

const round = (seconds: number, latencies: number[], cpu = 10): Round => ({
  seconds,
  latencies,
  errors: new Map([['503', 1]]),
  cpu: { api: cpu },
  memory: 100 + cpu,
  longestPause: cpu / 10,
});

describe('rounds', () => {
  it('are summarised', () => {
    const summary = summarise([round(1, [1, 2, 3, 4], 40), round(1, [5, 6], 10), round(2, [1, 1], 30)]);
    expect(summary).toEqual({
      requestsPerSecond: 2,
      p50: 3,
      p99: 6,
      errors: 3,
      cpu: { api: 10 },
      memory: 140,
      longestPause: 4,
    });
  });

  it('are compared with their neighbours', () => {
    const ours = [round(1, [1, 1, 1, 1]), round(1, [1, 1])];
    const theirs = [round(1, [1, 1]), round(1, [1])];
    expect(pairedRatio(ours, theirs)).toBe(2);
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});

describe('scenarios', () => {
  it('are chosen by name or by the beginning of it', () => {
    const names = ['A1', 'A16', 'D512k100', 'D512k1000'];
    const chosen = (...wanted: string[]) => names.filter((name) => isWanted(name, wanted, names));
    expect(chosen()).toEqual(names);
    expect(chosen('A1')).toEqual(['A1']);
    expect(chosen('D512')).toEqual(['D512k100', 'D512k1000']);
  });

  it('have the same unit vectors in both encodings', () => {
    const read = (base64: boolean) =>
      JSON.parse(rerankBody(10, 16, base64).toString()) as {
        query_embedding: number[] | string;
        candidates: { embedding: number[] | string }[];
      };
    const floats = Float32Array.from(read(false).candidates[3]?.embedding as number[]);
    const packed = Buffer.from(read(true).candidates[3]?.embedding as string, 'base64');
    expect(Array.from(floats)).toEqual(Array.from(new Float32Array(Uint8Array.from(packed).buffer)));
    expect(Math.hypot(...floats)).toBeCloseTo(1);
  });
});

it('reads the CPU time of a process with a strange name', () => {
  const stat = '7 (a) b) S 4 7 7 0 -1 4194560 1 2 3 4 120 30 1 2 20 0 1 0 1 1 1';
  expect(readStat(stat)).toEqual({ parent: 4, cpuMilliseconds: 1500 });
});
