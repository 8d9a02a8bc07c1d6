import { describe, expect, it } from 'vitest';
import { conditionTable, type JudgedFace } from './wider-conditions.ts';

const face = (change: Partial<JudgedFace>): JudgedFace => ({
  h: 40,
  blur: 0,
  occlusion: 0,
  pose: 0,
  illumination: 0,
  found: true,
  ...change,
});

const rowOf = (text: string, name: string) =>
  text
    .split('\n')
    .find((line) => line.startsWith(`| ${name} `))
    ?.split('|')
    .slice(2, -1)
    .map((cell) => cell.trim());

describe('recall by condition', () => {
  it('counts each face where it belongs, and the larger ones once more', () => {
    const text = conditionTable([
      face({ h: 15.5, found: false }),
      face({ h: 16, blur: 2, found: false }),
      face({ h: 32, blur: 2 }),
      face({ h: 127.9, pose: 1, found: false }),
      face({ h: 128, pose: 1 }),
    ]);
    expect(rowOf(text, '0 to 15 pixels tall')).toEqual(['1', '0.0000', '0', '-']);
    expect(rowOf(text, '64 to 127 pixels tall')).toEqual(['1', '0.0000', '1', '0.0000']);
    expect(rowOf(text, 'from 128 pixels tall')).toEqual(['1', '1.0000', '1', '1.0000']);
    expect(rowOf(text, 'heavily blurred')).toEqual(['2', '0.5000', '1', '1.0000']);
    expect(rowOf(text, 'unusual pose (profile, tilted)')).toEqual(['2', '0.5000', '2', '0.5000']);
    expect(rowOf(text, 'mostly covered')).toEqual(['0', '-', '0', '-']);
  });
});
