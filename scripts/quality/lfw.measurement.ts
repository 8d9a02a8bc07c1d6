import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dot } from '../measure/api-client.ts';
import { cell, parseCsv } from '../measure/csv.ts';
import { table } from '../measure/markdown.ts';
import { type Measurement, type MeasurementInput, share } from './measurement.ts';
import { type Comparison, foldAccuracy, trueAcceptRate } from './verification.ts';

interface LfwPair extends Comparison {
  readonly knownWrong: boolean;
  /** A face was found in both photos. */
  readonly complete: boolean;
}

/** Verification on pairs of LFW, folds 1 to 5. */
export async function measureLfw({
  data,
  lfw: { clean: lfw },
  stop,
}: MeasurementInput): Promise<Measurement> {
  const folder = join(data, 'lfw');
  const rows = parseCsv(readFileSync(join(folder, 'pairs.csv'), 'utf8'));
  await lfw.load(
    rows.flatMap((row) => [cell(row, 'path_a'), cell(row, 'path_b')]),
    stop,
  );
  const pairs = rows.map((row): LfwPair => {
    const a = lfw.get(cell(row, 'path_a'));
    const b = lfw.get(cell(row, 'path_b'));
    const complete = a !== undefined && b !== undefined;
    return {
      similarity: complete ? dot(a, b) : -1,
      complete,
      same: cell(row, 'same') === '1',
      fold: cell(row, 'fold'),
      knownWrong: cell(row, 'known_wrong') === '1',
    };
  });
  const right = pairs.filter(({ knownWrong }) => !knownWrong);
  const figures = (of: readonly LfwPair[]) => [
    foldAccuracy(of),
    trueAcceptRate(of, 0.01),
    trueAcceptRate(of, 0.001),
  ];
  const [accuracy = 0, atOneInHundred = 0, atOneInThousand = 0] = figures(right);
  const incomplete = pairs.filter(({ complete }) => !complete).length;
  const header = ['pairs', 'number', 'accuracy', 'TAR at FAR 1e-2', 'TAR at FAR 1e-3'];
  const lines = [
    ['all', String(pairs.length), ...figures(pairs).map(share)],
    ['without known wrong ones', String(right.length), ...figures(right).map(share)],
  ];
  return {
    section:
      '## Verification: LFW, folds 1 to 5\n\n' +
      'Accuracy is the mean over the folds, with the threshold that is best on the others; TAR is the share of "same" pairs accepted where that share of the others is. Of each photo the face nearest to the centre counts. ' +
      `Pairs in which a face was not found: ${incomplete} (counted as different).\n\n${table(header, lines)}`,
    targets: [
      { name: 'LFW accuracy without known wrong pairs', value: accuracy, least: 0.993 },
      { name: 'LFW TAR at FAR 1e-2', value: atOneInHundred, least: 0.99 },
      { name: 'LFW TAR at FAR 1e-3', value: atOneInThousand, least: 0.985 },
    ],
  };
}
