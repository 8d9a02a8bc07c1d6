import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { ApiClient } from '../measure/api-client.ts';
import type { Environment } from '../run/environment.ts';
import { TaskFailure } from '../run/failure.ts';
import { root } from '../run/root.ts';
import { samplePhotoPath } from '../setup/sample-photos.ts';

/** The photo that published figures were measured with, when the photo collections are here. */
const portrait = join(root, '../shared/data/london/images/london001_neutral.jpg');

/** A JPEG with one face: `path`, or the usual portrait, or a face cut out of a sample photo. */
export async function oneFacePhoto(
  path: string | undefined,
  url: string,
  environment: Environment,
): Promise<{ readonly photo: Buffer; readonly label: string }> {
  const named = path ?? (existsSync(portrait) ? portrait : undefined);
  if (named !== undefined) {
    return { photo: readFileSync(named), label: named.slice(named.lastIndexOf('/') + 1) };
  }
  const source = samplePhotoPath(environment, 'sample1.jpg');
  if (!existsSync(source)) throw new TaskFailure(`${source} is missing: run "npm run fetch -- --photos".`);
  const sample = readFileSync(source);
  const { faces } = await new ApiClient(url).detect(sample);
  const largest = faces.toSorted((a, b) => widthOf(b.bbox) - widthOf(a.bbox))[0];
  if (largest === undefined) throw new TaskFailure(`No face was found in ${source}.`);
  const { width = 0, height = 0 } = await sharp(sample).metadata();
  const [left, top, right, bottom] = largest.bbox;
  const margin = widthOf(largest.bbox) / 2;
  const x = Math.max(0, Math.round(left - margin));
  const y = Math.max(0, Math.round(top - margin));
  const photo = await sharp(sample)
    .extract({
      left: x,
      top: y,
      width: Math.min(width, Math.round(right + margin)) - x,
      height: Math.min(height, Math.round(bottom + margin)) - y,
    })
    .resize({ width: 675 })
    .jpeg({ quality: 92 })
    .toBuffer();
  return { photo, label: 'the largest face of sample1.jpg, 675 pixels wide' };
}

function widthOf([left, , right]: readonly [number, number, number, number]): number {
  return right - left;
}
