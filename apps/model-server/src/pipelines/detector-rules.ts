import type { InputSize } from '../packs/loaded-pack.js';
import type { FaceCandidate } from './face-candidate.js';

export interface OutputRows {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
}

/** What sets one family of detectors apart: how a picture is put in and how the outputs are read. */
export interface DetectorRules {
  /** `squash` fills the input and distorts; `letterbox` keeps the aspect, top left, zeros elsewhere. */
  readonly fit: 'squash' | 'letterbox';
  /** Pixels that each side of the input must be a multiple of. */
  readonly granularity: number;
  /** Tensors [1, rows, columns] that the model must have. */
  readonly outputs: (size: InputSize) => readonly OutputRows[];
  /** @param read gives the values of an output, row-major */
  readonly decode: (
    read: (output: string) => Float32Array,
    size: InputSize,
    scoreThreshold: number,
  ) => FaceCandidate[];
}

/** The three grids of YuNet and SCRFD: one row of outputs for every cell, or a fixed number of rows a cell. */
export const gridStrides = [8, 16, 32] as const;

export function gridOutputs(
  size: InputSize,
  rowsPerCell: number,
  columns: Readonly<Record<string, number>>,
): OutputRows[] {
  return gridStrides.flatMap((stride) => {
    const rows = (size.width / stride) * (size.height / stride) * rowsPerCell;
    return Object.entries(columns).map(([name, count]) => ({
      name: `${name}_${stride}`,
      rows,
      columns: count,
    }));
  });
}
