import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cell, parseCsv } from '../measure/csv.ts';
import { seededRandom, shuffled } from '../measure/seeded-random.ts';

export interface Photo {
  /** Relative to the collection. */
  readonly path: string;
  readonly identity: string;
}

/** One photo that is searched for. */
export interface Probe extends Photo {
  /** Photos of the same person that are enrolled meanwhile, never the probe itself; none of an unknown person. */
  readonly own: readonly Photo[];
}

export interface IdentificationProtocol {
  /** What is enrolled. For a probe its person's part is replaced by `Probe.own`. */
  readonly gallery: readonly Photo[];
  readonly probes: readonly Probe[];
}

/** Photos of LFW by what they are for. */
export interface IdentificationPhotos {
  /** By person, in an order that the seed draws: all photos of those who have two or more. */
  readonly known: ReadonlyMap<string, readonly Photo[]>;
  /** One photo each of persons who are enrolled and never searched. */
  readonly distractors: readonly Photo[];
  /** One photo each of persons who are searched and never enrolled. */
  readonly unknown: readonly Photo[];
  /** One photo of each known person is enrolled, beside the distractors, and up to five others are searched. */
  readonly onePhoto: IdentificationProtocol;
}

/** Decides everything that is left to chance, here and in what is done to the probes. */
export const identificationSeed = 'identification 1';

/** Most photos of a person that are enrolled, and most that are searched. */
export const mostPhotos = 5;

/**
 * Persons with doubtful labels have no role in identification.csv and are left out.
 * @param folder of LFW, with labels.csv and identification.csv
 */
export function readIdentificationPhotos(folder: string): IdentificationPhotos {
  const rows = (name: string) => parseCsv(readFileSync(join(folder, name), 'utf8'));
  const photoOf = (row: Readonly<Record<string, string>>): Photo => ({
    path: cell(row, 'path'),
    identity: cell(row, 'identity'),
  });
  const roles = Map.groupBy(rows('identification.csv'), (row) => cell(row, 'role'));
  const ofRole = (role: string) => (roles.get(role) ?? []).map(photoOf);
  const [enrolled, distractors, unknown] = [ofRole('gallery'), ofRole('distractor'), ofRole('probe_unknown')];

  const labelled = Map.groupBy(rows('labels.csv').map(photoOf), ({ identity }) => identity);
  const random = seededRandom(`${identificationSeed}: order of photos`);
  const known = new Map(
    enrolled.map(({ identity }) => [identity, shuffled(labelled.get(identity) ?? [], random)]),
  );
  const single = new Map(enrolled.map((photo) => [photo.identity, [photo]]));
  const probes = ofRole('probe_known').map((photo) => ({ ...photo, own: single.get(photo.identity) ?? [] }));
  return {
    known,
    distractors,
    unknown,
    onePhoto: { gallery: [...enrolled, ...distractors], probes: [...probes, ...unknown.map(unenrolled)] },
  };
}

/**
 * Up to five photos of each known person are enrolled beside the distractors. Up to five photos of each known person
 * are searched, each with up to five of that person's other photos enrolled.
 */
export function severalPhotosProtocol(photos: IdentificationPhotos): IdentificationProtocol {
  const persons = [...photos.known.values()];
  return {
    gallery: [...persons.flatMap((own) => own.slice(0, mostPhotos)), ...photos.distractors],
    probes: [...persons.flatMap(leaveOneOut), ...photos.unknown.map(unenrolled)],
  };
}

/** Up to five of a person's photos, each with up to five others. */
export function leaveOneOut(photos: readonly Photo[]): Probe[] {
  return photos.slice(0, mostPhotos).map((probe) => ({
    ...probe,
    own: photos.filter(({ path }) => path !== probe.path).slice(0, mostPhotos),
  }));
}

export function unenrolled(photo: Photo): Probe {
  return { ...photo, own: [] };
}
