import { cell, parseCsv } from '../measure/csv.ts';

/** Two photos, by their place in `photos`. */
export interface PhotoPair {
  readonly a: number;
  readonly b: number;
  readonly same: boolean;
}

export interface PairList {
  /** Paths as the file has them. */
  readonly photos: readonly string[];
  /** All pairs; made one by one, because persons with photos make millions of them. */
  readonly pairs: () => Iterable<PhotoPair>;
}

/**
 * @param text CSV with the columns `path_a,path_b,same` (1 or 0), or `path,identity`: then every photo is compared
 * with every other one
 * @throws Error naming the column that is missing
 */
export function readPairList(text: string): PairList {
  const rows = parseCsv(text);
  if (rows[0] !== undefined && 'identity' in rows[0]) {
    const persons = rows.map((row) => cell(row, 'identity'));
    return { photos: rows.map((row) => cell(row, 'path')), pairs: () => everyPair(persons) };
  }
  const photos = [...new Set(rows.flatMap((row) => [cell(row, 'path_a'), cell(row, 'path_b')]))];
  const places = new Map(photos.map((path, place) => [path, place]));
  const place = (path: string) => places.get(path) ?? 0;
  const pairs = rows.map((row) => ({
    a: place(cell(row, 'path_a')),
    b: place(cell(row, 'path_b')),
    same: cell(row, 'same') === '1',
  }));
  return { photos, pairs: () => pairs };
}

function* everyPair(persons: readonly string[]): Generator<PhotoPair> {
  for (let a = 0; a < persons.length; a++) {
    for (let b = a + 1; b < persons.length; b++) yield { a, b, same: persons[a] === persons[b] };
  }
}
