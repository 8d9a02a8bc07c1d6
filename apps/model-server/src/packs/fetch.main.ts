import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseAssetSet } from './asset-set.js';
import { cacheFolder } from './cache-folder.js';
import { ensureAssets } from './fetch/ensure-assets.js';
import { consoleReporter, type FetchReporter } from './fetch/reporter.js';
import { loadPack } from './load-pack.js';
import { defaultPackName, packsFolder } from './locate-pack.js';
import { PackError } from './pack-error.js';

const usage = `Fetches, verifies and prepares model packs, so that the model server needs no network.

  fetch.main.js [--cache-dir FOLDER] [--photos] [PACK ...]

PACK is the name of a pack, or the path of its JSON or folder (default: ${defaultPackName}, or nothing with --photos).
For everything that is ready one line "name: folder" goes to the standard output, progress to the standard error.
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'cache-dir': { type: 'string' },
      photos: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const cacheDir = cacheFolder({
    ...process.env,
    ...(values['cache-dir'] ? { FACE_V3_CACHE_DIR: values['cache-dir'] } : {}),
  });
  const reporter = consoleReporter(process.stderr);
  const packs = positionals.length > 0 || values.photos ? positionals : [defaultPackName];
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

try {
  await main();
} catch (cause) {
  const isOurs =
    cause instanceof PackError || (cause as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`${isOurs ? (cause as Error).message : (cause as Error).stack}\n`);
  process.exitCode = 1;
}
