import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mostPhotos, readIdentificationPhotos, severalPhotosProtocol } from './identification-protocol.ts';

const photosOf = { Ada: 9, Bo: 2, Cy: 1, Di: 1, Doubtful: 3 };
const roles = [
  'Ada 0 gallery',
  'Ada 1 probe_known',
  'Bo 0 gallery',
  'Bo 1 probe_known',
  'Cy 0 distractor',
  'Di 0 probe_unknown',
];

describe('the identification protocol', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'identification-'));
    const labels = Object.entries(photosOf).flatMap(([name, count]) =>
      Array.from({ length: count }, (_, index) => `${name}/${index}.jpg,${name}`),
    );
    const rows = roles.map((row) => {
      const [name, index, role] = row.split(' ');
      return `${name}/${index}.jpg,${name},${role}`;
    });
    writeFileSync(join(folder, 'labels.csv'), ['path,identity', ...labels].join('\n'));
    writeFileSync(join(folder, 'identification.csv'), ['path,identity,role', ...rows].join('\n'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('enrols and searches up to five photos of a person', () => {
    const { gallery, probes } = severalPhotosProtocol(readIdentificationPhotos(folder));
    const count = (photos: readonly { identity: string }[], name: string) =>
      photos.filter(({ identity }) => identity === name).length;
    const names = Object.keys(photosOf);
    expect(names.map((name) => count(gallery, name))).toEqual([5, 2, 1, 0, 0]);
    expect(names.map((name) => count(probes, name))).toEqual([5, 2, 0, 1, 0]);
  });

  it('never enrols the photo that is searched, and of strangers none', () => {
    const photos = readIdentificationPhotos(folder);
    for (const { probes } of [severalPhotosProtocol(photos), photos.onePhoto]) {
      for (const { path, identity, own } of probes) {
        expect(own.some((photo) => photo.path === path)).toBe(false);
        expect(own.every((photo) => photo.identity === identity)).toBe(true);
        expect(own.length).toBeLessThanOrEqual(mostPhotos);
        expect(own.length === 0).toBe(identity === 'Di');
      }
    }
  });

  it('enrols one photo a person as the roles have it', () => {
    const { gallery, probes } = readIdentificationPhotos(folder).onePhoto;
    expect(gallery.map(({ path }) => path)).toEqual(['Ada/0.jpg', 'Bo/0.jpg', 'Cy/0.jpg']);
    expect(probes.map(({ path, own }) => [path, own.map((photo) => photo.path)])).toEqual([
      ['Ada/1.jpg', ['Ada/0.jpg']],
      ['Bo/1.jpg', ['Bo/0.jpg']],
      ['Di/0.jpg', []],
    ]);
  });

  it('draws the same order again', () => {
    expect(readIdentificationPhotos(folder)).toEqual(readIdentificationPhotos(folder));
  });
});
