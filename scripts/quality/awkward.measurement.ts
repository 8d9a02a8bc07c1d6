import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PhotoAnswer } from '../measure/api-client.ts';
import { cell, parseCsv } from '../measure/csv.ts';
import { table } from '../measure/markdown.ts';
import type { Measurement, MeasurementInput } from './measurement.ts';

interface AwkwardFile {
  readonly path: string;
  readonly kind: string;
  /** As marked by a person; undefined where that was not done. */
  readonly expected: number | undefined;
  readonly answer: PhotoAnswer;
}

/** Files that break decoders: one after the other, so that the times are those of one file. */
export async function measureAwkward({ client, data, stop }: MeasurementInput): Promise<Measurement> {
  const folder = join(data, 'awkward');
  const files: AwkwardFile[] = [];
  for (const row of parseCsv(readFileSync(join(folder, 'expected.csv'), 'utf8'))) {
    stop.throwIfAborted();
    const path = cell(row, 'path');
    const faces = cell(row, 'faces');
    const answer = await client.detect(readFileSync(join(folder, path)));
    files.push({ path, kind: cell(row, 'kind'), expected: faces === '' ? undefined : Number(faces), answer });
  }
  const broken = files.filter(({ answer }) => answer.status >= 500);
  const header = ['kind', 'files', 'decoded', 'refused', 'faces as expected', 'other number', 'slowest ms'];
  const kinds = [...new Set(files.map(({ kind }) => kind))].sort();
  const notes = files.filter(isSurprising).map(surprise);
  return {
    section:
      '## Files that break decoders\n\n' +
      'Each is sent as it is. "Faces as expected" and "other number" count decoded files whose number of faces a person has noted.\n\n' +
      `${table(header, [...kinds.map((kind) => rowOf(kind, ofKind(files, kind))), rowOf('all', files)])}\n\n` +
      (notes.length === 0 ? 'No surprises.' : `Surprises:\n\n${notes.join('\n')}`),
    targets: [{ name: 'awkward files that made the server fail', value: broken.length, most: 0 }],
  };
}

function ofKind(files: readonly AwkwardFile[], kind: string): AwkwardFile[] {
  return files.filter((file) => file.kind === kind);
}

function rowOf(kind: string, files: readonly AwkwardFile[]): string[] {
  const decoded = files.filter(({ answer }) => answer.status === 200);
  const refused = files.filter(({ answer }) => answer.status >= 400 && answer.status < 500);
  const judged = decoded.filter(({ expected }) => expected !== undefined);
  const right = judged.filter(({ expected, answer }) => answer.faces.length === expected);
  const slowest = Math.max(...files.map(({ answer }) => answer.milliseconds));
  const counts = [files.length, decoded.length, refused.length, right.length, judged.length - right.length];
  return [kind, ...counts.map(String), slowest.toFixed(0)];
}

/** Another number of faces, a photo with a face refused, or an answer that blames the server. */
function isSurprising({ expected, answer }: AwkwardFile): boolean {
  if (answer.status === 200) return expected !== undefined && answer.faces.length !== expected;
  return answer.status >= 500 || (expected ?? 0) > 0;
}

function surprise({ path, kind, expected, answer }: AwkwardFile): string {
  const outcome =
    answer.status === 200 ? `${answer.faces.length} faces` : `${answer.status}, "${answer.detail}"`;
  return `- \`${path}\` (${kind}): ${outcome}, expected ${expected ?? 'an answer'}`;
}
