import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { concurrently } from '../measure/concurrently.ts';
import type { Measurement, MeasurementInput } from './measurement.ts';
import { photosAtATime } from './portrait-store.ts';

/** Faces found where there are none. */
export async function measureNoFace({ client, data, stop }: MeasurementInput): Promise<Measurement> {
  const folder = join(data, 'detect/noface');
  const photos = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.jpg'),
  );
  const counts = await concurrently(photos, photosAtATime, async (name) => {
    stop.throwIfAborted();
    const { status, detail, faces } = await client.detect(readFileSync(join(folder, name)));
    if (status !== 200) throw new Error(`${name}: ${status} ${detail}`);
    return faces.length;
  });
  const found = counts.reduce((sum, count) => sum + count, 0);
  return {
    section: `## False faces\n\n${found} faces found in ${photos.length} photos of landscapes, flowers and animals.`,
    targets: [],
  };
}
