import { readFileSync, writeFileSync } from 'node:fs';
import { TaskFailure } from '../run/failure.ts';
import { RandomNumbers } from './random-numbers.ts';

/** Rows without gaps: the query, then the candidates. */
export interface DataSet {
  readonly dimension: number;
  readonly values: Float32Array;
}

/** What search results can look like. */
export interface Crowd {
  readonly name: string;
  /** Photos of a person among the candidates; Infinity: all are of the person of the query. */
  readonly photos: number;
  /** Mean cosine of two photos of a person. */
  readonly cosine: number;
}

export const crowds = [
  { name: 'random', photos: 1, cosine: 1 },
  { name: 'five photos a person, .6', photos: 5, cosine: 0.6 },
  { name: 'five photos a person, .75', photos: 5, cosine: 0.75 },
  { name: 'one person, .5', photos: Infinity, cosine: 0.5 },
  { name: 'one person, .6', photos: Infinity, cosine: 0.6 },
  { name: 'one person, .8', photos: Infinity, cosine: 0.8 },
] as const satisfies readonly Crowd[];

export type CrowdName = (typeof crowds)[number]['name'];

/** Equal arguments give equal rows. The photos of a person lie scattered, as a search returns them. */
export function drawCrowd({ photos, cosine }: Crowd, count: number, dimension: number): DataSet {
  const random = new RandomNumbers(count * 10_007 + dimension);
  const persons = Math.max(1, Math.ceil(count / photos));
  const directions = Float64Array.from({ length: persons * dimension }, () => random.normal());
  // With independent noise of this size on unit variance, two photos have the wanted cosine on average.
  const noise = Math.sqrt(1 / cosine - 1);
  const values = new Float32Array((count + 1) * dimension);
  for (let row = 0; row <= count; row++) {
    const person = row % persons;
    for (let index = 0; index < dimension; index++) {
      const own = photos === 1 ? 0 : noise * random.normal();
      values[row * dimension + index] = (directions[person * dimension + index] ?? 0) + own;
    }
  }
  if (photos === 1) {
    for (let index = 0; index < dimension; index++) values[index] = random.normal();
  }
  return { dimension, values };
}

/** @returns the embeddings of a file of float32 in the byte order of this machine, one after the other */
export function readEmbeddings(file: string, dimension: number): DataSet {
  const bytes = readFileSync(file);
  if (bytes.byteLength === 0 || bytes.byteLength % (4 * dimension) !== 0) {
    throw new TaskFailure(`${file} does not hold float32 embeddings of ${dimension} numbers.`);
  }
  const values = new Float32Array(bytes.byteLength / 4);
  new Uint8Array(values.buffer).set(bytes);
  return { dimension, values };
}

/** How the candidates of a search among given embeddings are chosen. */
export type Choice = 'nearest' | 'any';

/**
 * One of the embeddings as the query and `count` of the others as candidates: those of the largest cosine, as a
 * search finds them, or any.
 * @returns undefined when there are not so many
 */
export function chooseCandidates(all: DataSet, count: number, choice: Choice): DataSet | undefined {
  const { dimension } = all;
  const rows = all.values.length / dimension;
  if (rows < count + 1) return undefined;
  const row = (index: number) => all.values.subarray(index * dimension, (index + 1) * dimension);
  const random = new RandomNumbers(count);
  const query = row(random.below(rows));
  const others = Array.from({ length: rows }, (_, index) => row(index)).filter(
    ({ byteOffset }) => byteOffset !== query.byteOffset,
  );
  const key = choice === 'nearest' ? (other: Float32Array) => cosine(query, other) : () => random.uniform();
  const chosen = others
    .map((other) => ({ other, rank: key(other) }))
    .sort((a, b) => b.rank - a.rank)
    .slice(0, count);
  const values = new Float32Array((count + 1) * dimension);
  values.set(query);
  for (const [index, { other }] of chosen.entries()) values.set(other, (index + 1) * dimension);
  return { dimension, values };
}

export function writeDataSet(file: string, { values }: DataSet): void {
  writeFileSync(file, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

function cosine(a: Float32Array, b: Float32Array): number {
  let product = 0;
  for (const [index, value] of a.entries()) product += value * (b[index] ?? 0);
  return product / (Math.hypot(...a) * Math.hypot(...b));
}
