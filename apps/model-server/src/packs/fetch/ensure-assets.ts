import { rmSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Archive, Asset } from '../asset-set.js';
import { PackError } from '../pack-error.js';
import { downloadTo, unpack } from './download.js';
import { cacheError, fetchError } from './fetch-error.js';
import { fileSha256 } from './file-hash.js';
import { withFolderLock } from './folder-lock.js';
import { npmSettings, type NpmSettings } from './npm-settings.js';
import { silentReporter, type FetchReporter } from './reporter.js';
import { makeFolder } from './make-folder.js';

export interface NamedAsset {
  /** File name inside the folder. */
  readonly name: string;
  readonly asset: Asset;
}

export interface EnsureOptions {
  readonly reporter?: FetchReporter | undefined;
  /** Read only when something must be downloaded. */
  readonly settings?: (() => Promise<NpmSettings>) | undefined;
}

/**
 * Makes sure that all files are there with the right content: without network when they are, by a download
 * otherwise. A damaged file is deleted and fetched again. Files appear whole or not at all, and any number of
 * processes may do this at once.
 * @param folder absolute, for what is downloaded; local files stay where they are
 * @returns path by name
 * @throws PackError saying what went wrong and what to do
 */
export async function ensureAssets(
  folder: string,
  assets: readonly NamedAsset[],
  { reporter = silentReporter, settings = npmSettings }: EnsureOptions = {},
): Promise<Map<string, string>> {
  const remote = assets.filter(({ asset }) => asset.origin.kind !== 'local');
  await Promise.all(assets.filter(({ asset }) => asset.origin.kind === 'local').map(verifyLocal));
  try {
    if ((await missing(folder, remote, reporter)).length > 0) {
      const work = async () =>
        fetchMissing(folder, await missing(folder, remote, reporter), reporter, settings);
      await withFolderLock(folder, work, () =>
        reporter.note(`Another process fetches ${folder}: waiting for it`),
      );
    }
  } catch (cause) {
    throw cacheError(folder, cause);
  }
  return new Map(
    assets.map(({ name, asset }) => [
      name,
      asset.origin.kind === 'local' ? asset.origin.path : join(folder, name),
    ]),
  );
}

async function verifyLocal({ asset }: NamedAsset): Promise<void> {
  if (asset.origin.kind !== 'local') return;
  const { path } = asset.origin;
  const digest = await fileSha256(path).catch((cause: unknown) => {
    throw new PackError(`${asset.label}: ${path} cannot be read: ${(cause as Error).message}`, { cause });
  });
  if (digest === undefined) throw new PackError(`${asset.label}: there is no file ${path}`);
  if (digest !== asset.sha256) {
    throw new PackError(`${asset.label}.sha256 is ${asset.sha256}, but ${path} has ${digest}`);
  }
}

/** What is not there, or not right: that is deleted. */
async function missing(
  folder: string,
  assets: readonly NamedAsset[],
  reporter: FetchReporter,
): Promise<NamedAsset[]> {
  const absent: NamedAsset[] = [];
  for (const each of assets) {
    const path = join(folder, each.name);
    const digest = await fileSha256(path);
    if (digest === each.asset.sha256) continue;
    if (digest !== undefined) {
      reporter.note(`${path} is damaged: it is deleted and fetched again`);
      await rm(path, { force: true });
    }
    absent.push(each);
  }
  return absent;
}

async function fetchMissing(
  folder: string,
  assets: readonly NamedAsset[],
  reporter: FetchReporter,
  settings: () => Promise<NpmSettings>,
): Promise<void> {
  if (assets.length === 0) return;
  const npm = await settings();
  await makeFolder(folder);
  const workplace = await openWorkplace(folder);
  const abandon = () => rmSync(workplace, { recursive: true, force: true });
  process.once('exit', abandon);
  try {
    const archives = new Set(
      assets.flatMap(({ asset }) => (asset.origin.kind === 'archive' ? [asset.origin.archive] : [])),
    );
    for (const archive of archives) await fetchArchive(archive, assets, folder, workplace, npm, reporter);
    for (const { name, asset } of assets) {
      if (asset.origin.kind !== 'url') continue;
      const { url, bytes } = asset.origin;
      const target = join(workplace, name);
      await downloadTo(
        target,
        { spec: url, sha256: asset.sha256, bytes, label: `${asset.label}.sha256` },
        npm,
        reporter,
      );
      await rename(target, join(folder, name));
    }
  } finally {
    process.off('exit', abandon);
    await rm(workplace, { recursive: true, force: true });
  }
}

const workplaceMark = '.fetching-';
const hourMs = 3_600_000;

/** Beside the folder, so that a finished file is only renamed. What a killed process left there is cleared away. */
async function openWorkplace(folder: string): Promise<string> {
  const parent = dirname(folder);
  for (const name of await readdir(parent)) {
    if (!name.startsWith(workplaceMark)) continue;
    const left = await stat(join(parent, name)).catch(() => undefined);
    if (left !== undefined && Date.now() - left.mtimeMs > hourMs) {
      await rm(join(parent, name), { recursive: true, force: true });
    }
  }
  return mkdtemp(join(parent, workplaceMark));
}

async function fetchArchive(
  archive: Archive,
  assets: readonly NamedAsset[],
  folder: string,
  workplace: string,
  npm: NpmSettings,
  reporter: FetchReporter,
): Promise<void> {
  const tarball = join(workplace, 'archive.tgz');
  const contents = join(workplace, 'contents');
  await downloadTo(tarball, { spec: archive.npm, ...archive }, npm, reporter);
  await unpack(tarball, contents, npm).catch((cause: unknown) => {
    throw fetchError(archive.npm, cause, contents);
  });
  for (const { name, asset } of assets) {
    if (asset.origin.kind !== 'archive' || asset.origin.archive !== archive) continue;
    const from = join(contents, asset.origin.path);
    const digest = await fileSha256(from);
    if (digest === undefined)
      throw new PackError(`${asset.label}.path: ${archive.npm} has no file ${asset.origin.path}`);
    if (digest !== asset.sha256) {
      throw new PackError(
        `${asset.label}.sha256 is ${asset.sha256}, but ${asset.origin.path} of ${archive.npm} has ${digest}: it was deleted`,
      );
    }
    await rename(from, join(folder, name));
  }
  await rm(contents, { recursive: true, force: true });
}
