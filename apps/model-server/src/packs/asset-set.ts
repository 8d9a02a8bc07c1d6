import { isAbsolute, normalize, resolve } from 'node:path';
import { dirname } from 'node:path';
import { ManifestObject } from './manifest-object.js';
import { PackError } from './pack-error.js';

/** Something that is fetched as a whole and holds files. */
export interface Archive {
  /** Exact version, as in `faceplugin@1.0.3`. */
  readonly npm: string;
  readonly sha256: string;
  readonly bytes: number | undefined;
  readonly license: string;
  readonly label: string;
}

/** Where one file comes from. */
export type Origin =
  | { readonly kind: 'archive'; readonly archive: Archive; readonly path: string }
  | { readonly kind: 'url'; readonly url: string; readonly bytes: number | undefined }
  | { readonly kind: 'local'; readonly path: string };

export interface Asset {
  readonly origin: Origin;
  readonly sha256: string;
  readonly license: string;
  /** `faceplugin.json: detector.file`, for sentences about it. */
  readonly label: string;
}

const sha256Pattern = /^[0-9a-f]{64}$/;
const sha256Words = 'a SHA-256 of 64 lower-case hexadecimal digits';
const most = 2 ** 40;

/** Reads the optional `sources`: archives by the name under which files speak of them. */
export function readArchives(manifest: ManifestObject): Map<string, Archive> {
  if (!manifest.has('sources')) return new Map();
  return new Map(
    manifest
      .object('sources')
      .entries()
      .map(([name, source]) => {
        const archive: Archive = {
          npm: source.text(
            'npm',
            /^(@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+\S*$/,
            'an npm package with its exact version',
          ),
          sha256: source.text('sha256', sha256Pattern, sha256Words),
          bytes: source.has('bytes') ? source.whole('bytes', 1, most) : undefined,
          license: source.text('license'),
          label: source.label('sha256'),
        };
        source.end();
        return [name, archive];
      }),
  );
}

/**
 * Reads a file: `{ source, path }` of an archive, `{ url }`, or `{ path }` relative to the manifest.
 * @param manifestPath absolute
 */
export function readAsset(
  parent: ManifestObject,
  field: string,
  archives: ReadonlyMap<string, Archive>,
  manifestPath: string,
): Asset {
  const file = parent.object(field);
  const asset = (origin: Origin, license: string): Asset => ({
    origin,
    license,
    sha256: file.text('sha256', sha256Pattern, sha256Words),
    label: parent.label(field),
  });
  let read: Asset;
  if (file.has('source')) {
    const archive = archives.get(file.text('source'));
    if (archive === undefined)
      throw file.wrong('source', `one of sources: ${[...archives.keys()].join(', ')}`);
    read = asset({ kind: 'archive', archive, path: innerPath(file) }, archive.license);
  } else if (file.has('url')) {
    const url = file.text('url', /^https?:\/\/\S+$/, 'an https address');
    const bytes = file.has('bytes') ? file.whole('bytes', 1, most) : undefined;
    read = asset({ kind: 'url', url, bytes }, file.text('license'));
  } else {
    const path = resolve(dirname(manifestPath), file.text('path'));
    read = asset({ kind: 'local', path }, file.text('license'));
  }
  file.end();
  return read;
}

/** A path inside an archive must stay inside. */
function innerPath(file: ManifestObject): string {
  const path = normalize(file.text('path'));
  if (isAbsolute(path) || path.startsWith('..')) throw file.wrong('path', 'a path inside the archive');
  return path;
}

/** Files that belong together and are kept under their own names, such as photos to try the programs with. */
export interface AssetSet {
  readonly name: string;
  readonly version: string;
  readonly files: readonly { readonly name: string; readonly asset: Asset }[];
}

/** @throws PackError naming file and field */
export function parseAssetSet(manifestPath: string, file: string, text: string): AssetSet {
  const manifest = ManifestObject.parse(file, text);
  const archives = readArchives(manifest);
  const files = manifest.objects('files').map((entry) => {
    const name = entry.text('name', fileName, 'a plain file name');
    const asset = readAsset(entry, 'file', archives, manifestPath);
    entry.end();
    return { name, asset };
  });
  const set = { name: readName(manifest), version: readVersion(manifest), files };
  if (manifest.has('about')) manifest.text('about');
  manifest.end();
  if (new Set(files.map((each) => each.name)).size < files.length) {
    throw new PackError(`${file}: files has one name twice`);
  }
  return set;
}

const fileName = /^[\w][\w.-]*$/;

export function readName(manifest: ManifestObject): string {
  return manifest.text('name', fileName, 'a name of letters, digits, dots, dashes and underscores');
}

export function readVersion(manifest: ManifestObject): string {
  return manifest.text('version', fileName, 'a version of letters, digits, dots, dashes and underscores');
}
