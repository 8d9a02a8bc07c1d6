import { describe, expect, it } from 'vitest';
import { match, overlap, type Box } from './detection-recall.ts';

const face = (box: Box, ...levels: string[]) => ({ box, levels });

describe('overlap', () => {
  it('is intersection over union', () => {
    expect(overlap([0, 0, 10, 10], [0, 0, 10, 10])).toBe(1);
    expect(overlap([0, 0, 10, 10], [5, 0, 15, 10])).toBeCloseTo(1 / 3);
    expect(overlap([0, 0, 10, 10], [10, 0, 20, 10])).toBe(0);
    expect(overlap([3, 3, 3, 9], [0, 0, 0, 0])).toBe(0);
  });
});

describe('matching', () => {
  const easy = face([0, 0, 10, 10], 'easy');
  const ignored = face([100, 100, 110, 110]);

  it('counts each face once', () => {
    const { found, wrong } = match(
      [
        [0, 0, 10, 10],
        [0, 0, 10, 9],
      ],
      [easy],
      0.4,
    );
    expect([...found]).toEqual([easy]);
    expect(wrong).toBe(1);
  });

  it('neither rewards nor blames a detection on a face without a level', () => {
    const { wrong } = match(
      [
        [100, 100, 110, 110],
        [100, 100, 110, 109],
      ],
      [easy, ignored],
      0.4,
    );
    expect(wrong).toBe(0);
  });

  it('gives the next best face to a second detection', () => {
    const neighbour = face([4, 0, 14, 10], 'hard');
    const { found, wrong } = match(
      [
        [1, 0, 11, 10],
        [2, 0, 12, 10],
      ],
      [easy, neighbour],
      0.4,
    );
    expect(found.size).toBe(2);
    expect(wrong).toBe(0);
  });
});
