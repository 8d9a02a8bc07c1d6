import { table } from '../measure/markdown.ts';
import { share } from './measurement.ts';

/** What the annotators of WIDER FACE say of a face; numbers as in its annotations. */
export interface FaceCondition {
  readonly h: number;
  /** 0 clear, 1 normal, 2 heavy. */
  readonly blur: number;
  /** 0 none, 1 part, 2 heavy. */
  readonly occlusion: number;
  /** 0 usual, 1 unusual. */
  readonly pose: number;
  readonly illumination: number;
}

export interface JudgedFace extends FaceCondition {
  readonly found: boolean;
}

/** Ranges of heights in pixels of a photo 1024 wide: from the number on, to below the next one. */
const heights = [0, 16, 32, 64, 128];

const conditions: readonly { readonly name: string; readonly holds: (face: FaceCondition) => boolean }[] = [
  ...heights.map((least, index) => {
    const below = heights[index + 1] ?? Infinity;
    const name = below === Infinity ? `from ${least} pixels tall` : `${least} to ${below - 1} pixels tall`;
    return { name, holds: ({ h }: FaceCondition) => h >= least && h < below };
  }),
  { name: 'clear', holds: ({ blur }) => blur === 0 },
  { name: 'somewhat blurred', holds: ({ blur }) => blur === 1 },
  { name: 'heavily blurred', holds: ({ blur }) => blur === 2 },
  { name: 'usual pose', holds: ({ pose }) => pose === 0 },
  { name: 'unusual pose (profile, tilted)', holds: ({ pose }) => pose === 1 },
  { name: 'nothing in front', holds: ({ occlusion }) => occlusion === 0 },
  { name: 'partly covered', holds: ({ occlusion }) => occlusion === 1 },
  { name: 'mostly covered', holds: ({ occlusion }) => occlusion === 2 },
  { name: 'usual light', holds: ({ illumination }) => illumination === 0 },
  { name: 'extreme light', holds: ({ illumination }) => illumination === 1 },
];

/** Recall by what makes a face hard. A face is in one row of each kind, so small faces weigh on all of them. */
export function conditionTable(faces: readonly JudgedFace[]): string {
  // Small faces are blurred and covered, too: of the larger ones it can be seen what that alone does.
  const large = faces.filter(({ h }) => h >= 32);
  const recall = (of: readonly JudgedFace[]) =>
    of.length === 0 ? '-' : share(of.filter(({ found }) => found).length / of.length);
  const rows = conditions.map(({ name, holds }) => {
    const [all, larger] = [faces.filter(holds), large.filter(holds)];
    return [name, String(all.length), recall(all), String(larger.length), recall(larger)];
  });
  return table(['faces', 'number', 'recall', 'from 32 pixels', 'their recall'], rows);
}
