import sharp from 'sharp';
import { toBase64 } from '../measure/api-client.ts';
import { WrongValue } from '../run/command-line-values.ts';

/** One kind of load: requests of one body, sent again and again over a number of connections. */
export interface Scenario {
  /**
   * A1 A4 A8 A16: one photo; B: eight; C: 12 megapixels; D<dimension>k<K>, with b as base64: rerank, L over many
   * connections; E: /healthz.
   */
  readonly name: string;
  readonly path: string;
  readonly concurrency: number;
  /** Undefined for GET. */
  readonly body: Buffer | undefined;
  /** Dimension that the server must have; undefined for any. */
  readonly dimension: number | undefined;
}

export interface ScenarioPlan extends Omit<Scenario, 'body'> {
  /** Bodies are large, so each is made when it is needed. */
  readonly makeBody: () => Promise<Buffer | undefined>;
}

/** @param photo JPEG with one face, about 100 kB */
export function planScenarios(photo: Buffer): ScenarioPlan[] {
  const embeddings = '/api/v1/embeddings';
  const photos = (concurrency: number) => ({
    name: `A${concurrency}`,
    path: embeddings,
    concurrency,
    dimension: undefined,
    makeBody: () => Promise.resolve(imagesBody([photo])),
  });
  const reranks = (letter: string, dimension: number, candidates: number, concurrency: number) =>
    [false, true].map((base64) => ({
      name: `${letter}${dimension}k${candidates}${base64 ? 'b' : ''}`,
      path: '/api/v1/rerank',
      concurrency,
      dimension,
      makeBody: () => Promise.resolve(rerankBody(candidates, dimension, base64)),
    }));
  const eight = Array.from({ length: 8 }, () => photo);
  return [
    ...[1, 4, 8, 16].map(photos),
    { ...photos(2), name: 'B', makeBody: () => Promise.resolve(imagesBody(eight)) },
    { ...photos(2), name: 'C', makeBody: async () => imagesBody([await twelveMegapixels(photo)]) },
    ...[512, 1024].flatMap((dimension) =>
      [100, 1000].flatMap((candidates) => reranks('D', dimension, candidates, 2)),
    ),
    ...reranks('L', 1024, 1000, 50),
    {
      name: 'E',
      path: '/healthz',
      concurrency: 8,
      dimension: undefined,
      makeBody: () => Promise.resolve(undefined),
    },
  ];
}

/** Whether `name` is one of the wanted ones, or begins with one that is no name itself, as in D512. */
export function isWanted(name: string, wanted: readonly string[], names: readonly string[]): boolean {
  return (
    wanted.length === 0 ||
    wanted.some((each) => name === each || (!names.includes(each) && name.startsWith(each)))
  );
}

/** The memory that many requests leave behind, measured after the scenarios. */
const memory = 'M';

export const scenarioNames: readonly string[] = [
  ...planScenarios(Buffer.alloc(0)).map(({ name }) => name),
  memory,
];

/**
 * @param text names with commas between them
 * @throws WrongValue when one of them is no name and no beginning of one
 */
export function readWanted(text: string): string[] {
  const wanted = text.split(',').filter((name) => name !== '');
  if (wanted.length > 0 && wanted.every((each) => scenarioNames.some((name) => name.startsWith(each)))) {
    return wanted;
  }
  throw new WrongValue(`names of scenarios: ${scenarioNames.join(', ')}`);
}

function imagesBody(photos: readonly Buffer[]): Buffer {
  return Buffer.from(JSON.stringify({ images: photos.map((photo) => ({ data: photo.toString('base64') })) }));
}

/** The photo, enlarged to 4000x3000 with grain, so that its JPEG weighs about as much as a phone's. */
async function twelveMegapixels(photo: Buffer): Promise<Buffer> {
  const size = { width: 4000, height: 3000 };
  const { data, info } = await sharp(photo)
    .autoOrient()
    .removeAlpha()
    .resize({ ...size, fit: 'cover', position: 'top', kernel: 'cubic' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const random = seededRandom(1);
  for (let pixel = 0; pixel < data.length; pixel += info.channels) {
    const grain = Math.round(5 * normal(random));
    for (let channel = pixel; channel < pixel + info.channels; channel++) {
      data[channel] = Math.min(255, Math.max(0, (data[channel] ?? 0) + grain));
    }
  }
  return sharp(data, { raw: info }).jpeg({ quality: 88 }).toBuffer();
}

/** Groups of five photos a person, cosine about .6 within a group. */
export function rerankBody(candidates: number, dimension: number, base64: boolean): Buffer {
  const random = seededRandom(candidates + dimension);
  const vector = () => Float64Array.from({ length: dimension }, () => normal(random));
  const people = Array.from({ length: Math.max(1, Math.floor(candidates / 5)) }, vector);
  const photoOf = (person: number) => {
    const noise = vector();
    const raw = (people[person] ?? vector()).map((value, index) => value + 0.8 * (noise[index] ?? 0));
    const norm = Math.hypot(...raw);
    return Float32Array.from(raw, (value) => value / norm);
  };
  // Nine digits say a float32 exactly; JavaScript would print it as a double, with up to 17.
  const show = (embedding: Float32Array) =>
    base64 ? toBase64(embedding) : Array.from(embedding, (value) => Number(value.toPrecision(9)));
  const rows = Array.from({ length: candidates }, (_, index) => ({
    id: `c${index}`,
    embedding: show(photoOf(index % people.length)),
  }));
  const body = { query_embedding: show(photoOf(0)), candidates: rows };
  return Buffer.from(JSON.stringify(base64 ? { ...body, encoding_format: 'base64' } : body));
}

/** Mulberry32: the same bodies in every run. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Box and Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
