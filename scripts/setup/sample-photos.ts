import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
// Imports nothing of the project itself, so it runs without being compiled.
import { cacheFolder } from '../../apps/model-server/src/packs/cache-folder.ts';
import type { Environment } from '../run/environment.ts';
import { root } from '../run/root.ts';

/** The part that is read of the manifest by which the photos are fetched. */
interface PhotoManifest {
  readonly name: string;
  readonly version: string;
  readonly files: readonly { readonly name: string }[];
}

const manifest = JSON.parse(
  readFileSync(join(root, 'apps/model-server/packs/photos/sample-photos.json'), 'utf8'),
) as PhotoManifest;

/** Where a photo is, or will be when it is fetched, that comes for the tests and for a newcomer's first request. */
export function samplePhotoPath(environment: Environment, name: string): string {
  return join(cacheFolder(environment), 'photos', `${manifest.name}-${manifest.version}`, name);
}

export function hasSamplePhotos(environment: Environment): boolean {
  return manifest.files.every(({ name }) => existsSync(samplePhotoPath(environment, name)));
}
