import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { samplePhoto } from './photos.js';

/** Groups, portraits and pictures without a face; every so many of a folder. */
const folders = [
  ['detect/wider', 15],
  ['lfw', 200],
  ['london/images', 20],
  ['detect/noface', 9],
] as const;

/**
 * The sample photos and, where there is a folder with more, some of each kind.
 * @param shared folder of the optional photo collections
 */
export async function selectPhotos(shared: string | undefined): Promise<Buffer[]> {
  const ours = [1, 2, 3, 4, 5, 6].map((number) => samplePhoto(`sample${number}.jpg`));
  if (shared === undefined) return ours;
  const theirs: Buffer[] = [];
  for (const [name, every] of folders) {
    const files = await readdir(join(shared, name), { recursive: true });
    const photos = files.filter((file) => file.endsWith('.jpg')).sort();
    for (let index = 0; index < photos.length; index += every) {
      theirs.push(await readFile(join(shared, name, photos[index] ?? '')));
    }
  }
  return [...ours, ...theirs];
}
