import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { licenceList } from '../inventory/licences.ts';
import { runQuietly } from '../run/command.ts';
import { root } from '../run/root.ts';
import { compileProgram } from '../setup/compile.ts';
import { tritonProgram } from '../triton/program.ts';

/** Committed files that are made from others; each is written below a folder at its place in the project. */
interface Generator {
  /** File or folder, relative to the project. */
  readonly result: string;
  /** Tells by its path in the folder whether a file is made by the generator; all else there is left alone. */
  readonly makes: (path: string) => boolean;
  generate(folder: string, stop: AbortSignal): Promise<void>;
}

const generators: readonly Generator[] = [
  {
    result: 'libs/kserve/src/generated',
    makes: (path) => path.endsWith('.ts'),
    generate: async (folder, stop) => {
      const args = ['generate', 'proto', '--template', 'proto/buf.gen.yaml', '-o', folder];
      await runQuietly('The protocol cannot be generated', join(root, 'node_modules/.bin/buf'), args, {
        stop,
      });
    },
  },
  {
    result: 'openapi.json',
    makes: () => true,
    generate: async (folder, stop) => {
      await compileProgram('api', stop);
      const args = [join(root, 'dist/api/apps/api/src/openapi.main.js'), join(folder, 'openapi.json')];
      await runQuietly('The API cannot be described', process.execPath, args, { stop });
    },
  },
  {
    result: 'docs/licences.md',
    makes: () => true,
    generate: (folder) => {
      mkdirSync(join(folder, 'docs'), { recursive: true });
      writeFileSync(join(folder, 'docs/licences.md'), licenceList());
      return Promise.resolve();
    },
  },
  {
    // Helm reads nothing outside of a chart, and warns of links that lead there.
    result: 'deploy/helm/face-search-backend/files',
    makes: () => true,
    generate: (folder) => {
      for (const name of ['prometheus-rules.yaml', 'grafana-dashboard.json']) {
        const copy = join(folder, 'deploy/helm/face-search-backend/files', name);
        cpSync(join(root, 'deploy/observability', name), copy);
      }
      return Promise.resolve();
    },
  },
  {
    result: 'triton/models_serving',
    // Weights and plans are the owner's.
    makes: (path) => /(^|\/)(config\.pbtxt|model\.py|\.gitkeep|contract-id\.template)$/.test(path),
    generate: async (folder, stop) => {
      await compileProgram('model-server', stop);
      const output = join(folder, 'triton/models_serving');
      const args = [
        join(root, tritonProgram('repository')),
        ...['--profile', join(root, 'triton/profiles/tensorrt.json')],
        ...['--output', output, '--python', '../python'],
      ];
      await runQuietly('The Triton repository cannot be written', process.execPath, args, { stop });
    },
  },
];

/** Writes all generated files into the project. */
export async function generateAll(stop: AbortSignal): Promise<void> {
  await intoTemporaryFolder(async (folder, generator) => {
    const target = join(root, generator.result);
    for (const path of filesMade(root, generator)) rmSync(join(target, path));
    cpSync(join(folder, generator.result), target, { recursive: true });
    return Promise.resolve();
  }, stop);
}

/** @returns what to do when a committed file is not what its generator makes, else undefined */
export async function isCurrent(stop: AbortSignal): Promise<string | undefined> {
  const outdated: string[] = [];
  await intoTemporaryFolder(async (folder, generator) => {
    if (contentMade(folder, generator) !== contentMade(root, generator)) outdated.push(generator.result);
    return Promise.resolve();
  }, stop);
  if (outdated.length === 0) return undefined;
  return `${outdated.join(' and ')}: not what their sources make. Run "npm run generate" and commit the result.`;
}

async function intoTemporaryFolder(
  use: (folder: string, generator: Generator) => Promise<void>,
  stop: AbortSignal,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'face-generate-'));
  try {
    for (const generator of generators) {
      await generator.generate(folder, stop);
      await use(folder, generator);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Names and contents of all files as one text, for a comparison. */
function contentMade(folder: string, generator: Generator): string {
  return filesMade(folder, generator)
    .map((path) => `${path}\n${readFileSync(join(folder, generator.result, path), 'utf8')}`)
    .join('\0');
}

/** Paths of the generator's files below its result; '' for the result that is a file itself. */
function filesMade(folder: string, { result, makes }: Generator): string[] {
  const found = statSync(join(folder, result), { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (found.isFile()) return [''];
  return readdirSync(join(folder, result), { recursive: true, encoding: 'utf8' }).filter(makes).sort();
}
