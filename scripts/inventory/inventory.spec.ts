import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../run/root.ts';
import { licenceList, licenceProblems } from './licences.ts';
import { lockedPackages } from './locked-packages.ts';
import { modelFiles } from './model-files.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const packages = lockedPackages();

/**
 * Packages with a script that npm would run at their installation. None is run, and everything works without: koffi and
 * onnxruntime-node come with what they would build or download, the others only print or report something.
 */
const withInstallScript = ['@bufbuild/buf', '@scarf/scarf', 'koffi', 'onnxruntime-node', 'protobufjs'];

describe('dependencies', () => {
  it('run no script when they are installed', () => {
    expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m);
    const found = packages.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name);
    expect([...new Set(found)]).toEqual(withInstallScript);
  });

  it('come from a registry, each with a hash', () => {
    for (const { name, resolved, integrity } of packages) {
      // Empty: from whichever registry the user has set.
      expect([name, resolved]).toEqual([name, expect.stringMatching(/^(https:\/\/.*)?$/)]);
      expect([name, integrity]).toEqual([name, expect.stringMatching(/^sha512-/)]);
    }
  });

  it('have exact versions in package.json', () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
      read('package.json'),
    ) as Record<string, Record<string, string>>;
    for (const version of Object.values({ ...dependencies, ...devDependencies, ...optionalDependencies })) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    }
  });

  it('have licences that somebody has accepted', () => {
    expect(licenceProblems(packages)).toEqual([]);
  });

  it.each(['AGPL-3.0', 'SEE LICENSE IN LICENSE', undefined, 'MPL-2.0'])(
    'may not come under %s',
    (license) => {
      const [some] = packages;
      const strange = { ...(some as NonNullable<typeof some>), name: 'x', license, development: false };
      expect(licenceProblems([strange])).toHaveLength(1);
    },
  );
});

describe('weights', () => {
  it('are named with their licence and hash in the documents', () => {
    const files = modelFiles();
    expect(files.length).toBeGreaterThan(4);
    for (const { path, sha256, license } of files) {
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(license).toMatch(/^(MIT|Apache-2\.0)$/);
      expect(read('docs/third-party.md')).toContain(path.split('/').at(-1));
    }
  });
});

it('the list has all of both', () => {
  const list = licenceList();
  for (const { name } of packages) expect(list).toContain(`\`${name}\``);
  for (const { sha256 } of modelFiles()) expect(list).toContain(sha256);
});
