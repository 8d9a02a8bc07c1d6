import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { type ApiClient, dot } from '../measure/api-client.ts';
import { concurrently } from '../measure/concurrently.ts';
import { cell, parseCsv } from '../measure/csv.ts';
import { table } from '../measure/markdown.ts';
import { identificationFigures, type SearchResult } from './identification.ts';
import { type Measurement, type MeasurementInput, share } from './measurement.ts';
import { photosAtATime, PortraitStore } from './portrait-store.ts';

interface Photo {
  readonly path: string;
  readonly identity: string;
}

interface EnrolledPhoto extends Photo {
  readonly embedding: Float32Array;
}

/** Candidates that the vector search hands to /rerank. */
const candidatesPerSearch = 100;
/** Photos of a person from which on one of them can be searched among the others with an effect. */
const leastPhotos = 3;
const probesPerPerson = 3;

/** Of a quarter of the width, and strongly compressed: as from a camera on a ceiling. */
const degrade = (photo: Buffer) => sharp(photo).resize({ width: 64 }).jpeg({ quality: 50 }).toBuffer();

/** What /rerank adds to the order by plain cosine, where several photos of each person are enrolled. */
export async function measureRerank({
  client,
  data,
  lfw: clean,
  stop,
}: MeasurementInput): Promise<Measurement> {
  const folder = join(data, 'lfw');
  const read = (name: string) => parseCsv(readFileSync(join(folder, name), 'utf8'));
  const photos = read('labels.csv').map((row) => ({
    path: cell(row, 'path'),
    identity: cell(row, 'identity'),
  }));
  const unknown = read('identification.csv')
    .filter((row) => cell(row, 'role') === 'probe_unknown')
    .map((row) => ({ path: cell(row, 'path'), identity: cell(row, 'identity') }));
  const known = knownProbes(photos);
  const strangers = new Set(unknown.map(({ identity }) => identity));
  const enrolledPhotos = photos.filter(({ identity }) => !strangers.has(identity));
  await clean.load(
    [...enrolledPhotos, ...unknown].map(({ path }) => path),
    stop,
  );
  const enrolled = enrolledPhotos.flatMap((photo) => {
    const embedding = clean.get(photo.path);
    return embedding === undefined ? [] : [{ ...photo, embedding }];
  });

  const degraded = new PortraitStore(client, folder, degrade);
  const probes = [...known, ...unknown];
  await degraded.load(
    probes.map(({ path }) => path),
    stop,
  );
  const rows = [];
  for (const [kind, store] of Object.entries({ clean, degraded })) {
    const searches = await searchAll(client, probes, store, enrolled, stop);
    for (const order of ['cosine', 'rerank'] as const) {
      const figures = identificationFigures(searches.map((search) => search[order]));
      const numbers = [figures.rankOne, figures.meanAveragePrecision, figures.tpirAtFpir1];
      rows.push([`${kind}, ${order}`, String(searches.length), ...numbers.map(share)]);
    }
  }
  return {
    section:
      `## Rerank: LFW, ${enrolled.length} photos enrolled, ${candidatesPerSearch} candidates a search\n\n` +
      `Up to ${probesPerPerson} photos of each person with at least ${leastPhotos} are searched among all others, and one photo each of ${unknown.length} persons who are not enrolled. "Degraded" probes are 64 pixels wide, JPEG quality 50. TPIR: right person first, above the score that 1 % of the unknown persons reach.\n\n` +
      table(['probes, order', 'searches', 'rank 1', 'mAP', 'TPIR at FPIR 1 %'], rows),
    targets: [],
  };
}

function knownProbes(photos: readonly Photo[]): Photo[] {
  const byPerson = Map.groupBy(photos, ({ identity }) => identity);
  return [...byPerson.values()]
    .filter((own) => own.length >= leastPhotos)
    .flatMap((own) => own.slice(0, probesPerPerson));
}

async function searchAll(
  client: ApiClient,
  probes: readonly Photo[],
  store: PortraitStore,
  enrolled: readonly EnrolledPhoto[],
  stop: AbortSignal,
): Promise<Record<'cosine' | 'rerank', SearchResult>[]> {
  const searches = await concurrently(probes, photosAtATime, async (probe) => {
    stop.throwIfAborted();
    const embedding = store.get(probe.path);
    return embedding === undefined ? undefined : search(client, probe, embedding, enrolled);
  });
  return searches.filter((each) => each !== undefined);
}

async function search(
  client: ApiClient,
  probe: Photo,
  embedding: Float32Array,
  enrolled: readonly EnrolledPhoto[],
): Promise<Record<'cosine' | 'rerank', SearchResult>> {
  const others = enrolled.filter(({ path }) => path !== probe.path);
  const own = others.filter(({ identity }) => identity === probe.identity).length;
  const candidates = others
    .map((photo) => ({ photo, cosine: dot(embedding, photo.embedding) }))
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, candidatesPerSearch);
  const scores = await client.rerank(
    embedding,
    candidates.map(({ photo }) => photo.embedding),
  );
  const inOrder = (score: (index: number) => number): SearchResult => {
    const ranked = candidates.map(({ photo }, index) => ({ photo, score: score(index) }));
    ranked.sort((a, b) => b.score - a.score);
    return {
      topScore: ranked[0]?.score ?? -Infinity,
      relevant: ranked.map(({ photo }) => photo.identity === probe.identity),
      enrolled: own,
    };
  };
  return {
    cosine: inOrder((index) => candidates[index]?.cosine ?? -1),
    rerank: inOrder((index) => scores[index] ?? 0),
  };
}
