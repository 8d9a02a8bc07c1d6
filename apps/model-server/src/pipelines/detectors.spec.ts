import { describe, expect, it } from 'vitest';
import type { DetectorRules } from './detector-rules.js';
import { rfb } from './rfb.detector.js';
import { scrfd } from './scrfd.detector.js';
import { yunet } from './yunet.detector.js';

const size = { width: 64, height: 96 };

/** Outputs of the right shapes, all zero but for the given values. */
function outputs(rules: DetectorRules, values: Readonly<Record<string, Readonly<Record<number, number>>>>) {
  const arrays = new Map(
    rules.outputs(size).map(({ name, rows, columns }) => [name, new Float32Array(rows * columns)]),
  );
  for (const [name, at] of Object.entries(values)) {
    for (const [index, value] of Object.entries(at))
      arrays.get(name)?.fill(value, Number(index), Number(index) + 1);
  }
  return (name: string) => arrays.get(name) ?? new Float32Array();
}

const row = (start: number, values: readonly number[]) =>
  Object.fromEntries(values.map((value, index) => [start + index, value]));

describe('yunet', () => {
  it('names its outputs with a row for every cell', () => {
    expect(yunet.outputs(size).slice(0, 4)).toEqual([
      { name: 'cls_8', rows: 96, columns: 1 },
      { name: 'obj_8', rows: 96, columns: 1 },
      { name: 'bbox_8', rows: 96, columns: 4 },
      { name: 'kps_8', rows: 96, columns: 10 },
    ]);
  });

  it('decodes a cell: offset and exponent from its top left corner, geometric mean of both scores', () => {
    // Stride 16: 4 columns, so row 9 is the cell at x 1, y 2.
    const read = outputs(yunet, {
      cls_16: { 9: 0.81 },
      obj_16: { 9: 1.5 },
      bbox_16: row(36, [0.5, 0.25, Math.log(2), Math.log(4)]),
      kps_16: row(90, [0, 0, 1, 0, 0.5, 0.5, 0, 1, 1, 1]),
    });
    const [face, ...others] = yunet.decode(read, size, 0.5);
    expect(others).toEqual([]);
    expect(face?.score).toBeCloseTo(0.9, 6);
    expect(face?.box.map((value) => Math.round(value * 1e4) / 1e4)).toEqual([8, 4, 40, 68]);
    expect(face?.points).toEqual([16, 32, 32, 32, 24, 40, 16, 48, 32, 48]);
  });
});

describe('scrfd', () => {
  it('decodes the second anchor of a cell: distances from its top left corner', () => {
    // Stride 32: 2 columns and 2 rows of outputs a cell, so row 7 is the cell at x 1, y 1.
    const read = outputs(scrfd, {
      score_32: { 7: 0.75 },
      bbox_32: row(28, [0.5, 1, 0.25, 0.5]),
      kps_32: row(70, [0, 0, 1, 0, 0.5, 0.5, 0, 1, 1, 1]),
    });
    expect(scrfd.outputs(size).find(({ name }) => name === 'score_32')?.rows).toBe(12);
    expect(scrfd.decode(read, size, 0.5)).toEqual([
      { score: 0.75, box: [16, 0, 40, 48], points: [32, 32, 64, 32, 48, 48, 32, 64, 64, 64] },
    ]);
  });
});

describe('rfb', () => {
  it('takes the second score and boxes as shares of the input', () => {
    const read = outputs(rfb, {
      scores: { 11: 0.875, 12: 0.99, 15: 0.5 },
      boxes: row(20, [0.25, 0.5, 0.75, 1.125]),
    });
    expect(rfb.decode(read, size, 0.5)).toEqual([{ score: 0.875, box: [16, 48, 48, 108], points: [] }]);
  });

  it('has 4420 rows at its native size', () => {
    expect(rfb.outputs({ width: 320, height: 240 }).map(({ rows }) => rows)).toEqual([4420, 4420]);
  });
});

describe.each([
  ['yunet', yunet, ['cls_8', 'obj_8']],
  ['scrfd', scrfd, ['score_8']],
  ['rfb', rfb, ['scores']],
] as const)('%s', (_name, rules, scores) => {
  it('drops scores at or below the threshold and scores that are no number', () => {
    const read = outputs(rules, Object.fromEntries(scores.map((name) => [name, { 1: 0.5, 3: Number.NaN }])));
    expect(rules.decode(read, size, 0.5)).toEqual([]);
    expect(rules.decode(read, size, 0.49)).toHaveLength(1);
  });
});
