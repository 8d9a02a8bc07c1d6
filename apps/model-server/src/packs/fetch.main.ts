import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { reportCommandFailure } from '../config/command-failure.js';
import { loadSettings } from '../config/load-settings.js';
import { parseAssetSet } from './asset-set.js';
import { ensureAssets } from './fetch/ensure-assets.js';
import { consoleReporter, type FetchReporter } from './fetch/reporter.js';
import { loadPack } from './load-pack.js';
import { packsFolder } from './locate-pack.js';

const usage = `Fetches, verifies and prepares model packs, so that the model server needs no network.

  fetch.main.js [--photos] [PACK ...]

PACK is the name of a pack, or the path of its JSON or folder. Without any, and without --photos, it is the one
of FACE_V3_MODEL_PACK. Downloads are kept in FACE_V3_CACHE_DIR, or in the user's cache folder.
For everything that is ready one line "name: folder" goes to the standard output, progress to the standard error.
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      photos: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const { cacheDir, modelPack } = loadSettings();
  const reporter = consoleReporter(process.stderr);
  const packs = positionals.length > 0 || values.photos ? positionals : [modelPack];
  for (const nameOrPath of packs) {
    const pack = await loadPack(nameOrPath, { cacheDir, reporter });
    process.stdout.write(`${pack.name}: ${join(cacheDir, 'packs', `${pack.name}-${pack.version}`)}\n`);
  }
  if (values.photos) process.stdout.write(`${await fetchPhotos(cacheDir, reporter)}\n`);
}

/** Photos to try the programs with. */
async function fetchPhotos(cacheDir: string, reporter: FetchReporter): Promise<string> {
  const path = join(packsFolder(), 'photos', 'sample-photos.json');
  const photos = parseAssetSet(path, basename(path), await readFile(path, 'utf8'));
  const folder = join(cacheDir, 'photos', `${photos.name}-${photos.version}`);
  await ensureAssets(folder, photos.files, { reporter });
  return `${photos.name}: ${folder}`;
}

// By `exit`, so that what is half done is cleared away.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
try {
  await main();
} catch (error) {
  reportCommandFailure(error, usage);
}
