/**
 * `npm run sbom -- [--output dist/sbom.cdx.json]`: what the product is made of, as a CycloneDX document: the packages, as
 * npm knows them, and the weights of the model packs.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { lockedPackages } from './inventory/locked-packages.ts';
import { type ModelFile, modelFiles } from './inventory/model-files.ts';
import { readCommandLine } from './run/command-line.ts';
import { option, text } from './run/command-line-values.ts';
import { runQuietly } from './run/command.ts';
import { TaskFailure } from './run/failure.ts';
import { root } from './run/root.ts';
import { runTask } from './run/task.ts';
import { npmCommand } from './setup/dependencies.mjs';

const { values } = readCommandLine({
  command: 'npm run sbom',
  about:
    'Writes what the product is made of as a CycloneDX document: packages, and the weights of the model packs.',
  options: {
    output: option('FILE', 'dist/sbom.cdx.json by default', text, 'dist/sbom.cdx.json'),
  },
});

interface Bill {
  readonly metadata: { readonly component: Record<string, unknown> };
  readonly components: Record<string, unknown>[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

await runTask(async ({ asked }) => {
  const npm = npmCommand(process.env['npm_execpath']);
  // Of the lock file, so that it is the same on every platform.
  const wanted = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', '--loglevel', 'error'];
  const printed = await runQuietly(
    'npm cannot write the bill of materials',
    npm.program,
    [...npm.prefix, ...wanted],
    { stop: asked },
  );
  const bill = shippedPart(readBill(printed));
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
    string,
    string
  >;
  // npm calls the project by the name of its folder.
  Object.assign(bill.metadata.component, { type: 'application', name, version });
  bill.components.push(...modelFiles().map(modelComponent));
  const path = resolve(root, values.output);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(bill, undefined, 2)}\n`);
  process.stdout.write(`${path}: ${bill.components.length} components\n`);
  return 0;
});

function readBill(printed: string): Bill {
  try {
    return JSON.parse(printed.slice(printed.indexOf('{'))) as Bill;
  } catch (cause) {
    throw new TaskFailure(`npm printed no bill of materials:\n\n${printed}`, { cause });
  }
}

/**
 * Without packages that are only for those who change the code. npm's own `--omit dev` leaves out what both need, such
 * as express.
 */
function shippedPart(bill: Bill): Bill {
  const development = new Set(
    lockedPackages()
      .filter((each) => each.development)
      .map(({ name, version }) => `${name}@${version}`),
  );
  return {
    ...bill,
    components: bill.components.filter((each) => !development.has(String(each['bom-ref']))),
    dependencies: bill.dependencies
      .filter(({ ref }) => !development.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => !development.has(each)) })),
  };
}

function modelComponent({
  pack,
  packVersion,
  role,
  path,
  sha256,
  license,
  source,
}: ModelFile): Record<string, unknown> {
  const at = source?.lastIndexOf('@') ?? -1;
  const purl = `pkg:npm/${source?.slice(0, at).replace('@', '%40')}@${source?.slice(at + 1)}#${path}`;
  return {
    type: 'machine-learning-model',
    'bom-ref': `${pack}/${role}@${sha256.slice(0, 16)}`,
    name: path.split('/').at(-1),
    version: packVersion,
    // Fetched when it is wanted, never shipped.
    scope: 'optional',
    description: `${role} of the model pack ${pack}`,
    hashes: [{ alg: 'SHA-256', content: sha256 }],
    licenses: [{ license: { id: license } }],
    ...(source === undefined ? {} : { purl }),
  };
}
