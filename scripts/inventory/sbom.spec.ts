import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../run/root.ts';
import { lockedPackages } from './locked-packages.ts';
import { modelFiles } from './model-files.ts';

interface Component {
  readonly 'bom-ref': string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}

interface Bill {
  readonly bomFormat: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

it('npm run sbom names what is shipped, weights included', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'face-sbom-'));
  try {
    const file = join(folder, 'deeper/bill.json');
    const script = join(root, 'scripts/sbom.ts');
    const made = spawnSync(process.execPath, [script, '--output', file], { cwd: root, encoding: 'utf8' });
    expect([made.status, made.stderr]).toEqual([0, '']);
    const bill = JSON.parse(readFileSync(file, 'utf8')) as Bill;
    const project = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly name: string;
      readonly version: string;
      readonly dependencies: Readonly<Record<string, string>>;
      readonly devDependencies: Readonly<Record<string, string>>;
    };
    expect(bill.bomFormat).toBe('CycloneDX');
    expect(bill.metadata.component).toMatchObject({ name: project.name, version: project.version });
    const named = bill.components.map(({ name, version }) => `${name}@${version}`);
    const packages = lockedPackages().filter(({ development }) => !development);
    // What is for development and for the product is of the product.
    expect(packages.map(({ name }) => name)).toEqual(
      expect.arrayContaining(Object.keys(project.dependencies)),
    );
    for (const { name, version } of packages) expect(named).toContain(`${name}@${version}`);
    expect(named).not.toContain(`vitest@${project.devDependencies['vitest']}`);
    // Nothing depends on what is not in the bill.
    const refs = new Set([
      bill.metadata.component['bom-ref'],
      ...bill.components.map((each) => each['bom-ref']),
    ]);
    for (const { ref, dependsOn } of bill.dependencies) {
      expect([ref, ...dependsOn].filter((each) => !refs.has(each))).toEqual([]);
    }
    const weights = bill.components.filter(({ type }) => type === 'machine-learning-model');
    expect(weights.map(({ hashes }) => hashes?.[0])).toEqual(
      modelFiles().map(({ sha256 }) => ({ alg: 'SHA-256', content: sha256 })),
    );
    expect(made.stdout).toBe(`${file}: ${bill.components.length} components\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
