import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../run/root.ts';

/** A file of weights that a pack of the project names; none is in the repository. */
export interface ModelFile {
  readonly pack: string;
  readonly packVersion: string;
  /** `detector`, `landmarks` or `embedder`. */
  readonly role: string;
  readonly path: string;
  readonly sha256: string;
  readonly license: string;
  /** npm package that it is fetched from, as name@version; undefined where the user brings it. */
  readonly source: string | undefined;
}

interface PackFile {
  readonly source?: string;
  readonly path: string;
  readonly sha256: string;
  readonly license?: string;
}

interface Pack {
  readonly name: string;
  readonly version: string;
  readonly sources: Readonly<Record<string, { readonly npm: string; readonly license: string }>>;
  readonly [part: string]: unknown;
}

const roles = ['detector', 'landmarks', 'embedder'];

/** @throws Error for a file whose licence nobody says */
export function modelFiles(): ModelFile[] {
  const folder = join(root, 'apps/model-server/packs');
  const manifests = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return manifests.sort().flatMap((name) => {
    const pack = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Pack;
    return roles.flatMap((role) => {
      const file = (pack[role] as { readonly file?: PackFile } | undefined)?.file;
      return file === undefined ? [] : [describe(pack, role, file)];
    });
  });
}

function describe(pack: Pack, role: string, { source, path, sha256, license }: PackFile): ModelFile {
  const origin = source === undefined ? undefined : pack.sources[source];
  const known = license ?? origin?.license;
  if (known === undefined) throw new Error(`${path} of the pack ${pack.name} has no licence.`);
  return {
    pack: pack.name,
    packVersion: pack.version,
    role,
    path,
    sha256,
    license: known,
    source: origin?.npm,
  };
}
