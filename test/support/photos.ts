import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../apps/model-server/src/packs/cache-folder.js';

interface AssetManifest {
  readonly name: string;
  readonly version: string;
}

const manifest = JSON.parse(
  readFileSync(new URL('../../apps/model-server/packs/photos/sample-photos.json', import.meta.url), 'utf8'),
) as AssetManifest;

/** One of the six photos of @vladmandic/face-api that the set-up fetches: sample1.jpg .. sample6.jpg. */
export function samplePhoto(name: string): Buffer {
  const path = join(cacheFolder(process.env), 'photos', `${manifest.name}-${manifest.version}`, name);
  if (!existsSync(path))
    throw new Error(`${path} is missing: run "npm test", which fetches the photos first.`);
  return readFileSync(path);
}
