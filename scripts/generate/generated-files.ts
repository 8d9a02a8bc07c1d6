import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runQuietly } from '../run/command.ts';
import { root } from '../run/root.ts';
import { compileProgram } from '../setup/compile.ts';

/** Committed files that are made from others; each is written below a folder at its place in the project. */
interface Generator {
  /** File or folder, relative to the project. */
  readonly result: string;
  generate(folder: string, stop: AbortSignal): Promise<void>;
}

const generators: readonly Generator[] = [
  {
    result: 'libs/kserve/src/generated',
    generate: async (folder, stop) => {
      const args = ['generate', 'proto', '--template', 'proto/buf.gen.yaml', '-o', folder];
      await runQuietly('The protocol cannot be generated', join(root, 'node_modules/.bin/buf'), args, {
        stop,
      });
    },
  },
  {
    result: 'openapi.json',
    generate: async (folder, stop) => {
      await compileProgram('api', stop);
      const args = [join(root, 'dist/api/apps/api/src/openapi.main.js'), join(folder, 'openapi.json')];
      await runQuietly('The API cannot be described', process.execPath, args, { stop });
    },
  },
];

/** Writes all generated files into the project. */
export async function generateAll(stop: AbortSignal): Promise<void> {
  await intoTemporaryFolder(async (folder, { result }) => {
    rmSync(join(root, result), { recursive: true, force: true });
    cpSync(join(folder, result), join(root, result), { recursive: true });
    return Promise.resolve();
  }, stop);
}

/** @returns what to do when a committed file is not what its generator makes, else undefined */
export async function isCurrent(stop: AbortSignal): Promise<string | undefined> {
  const outdated: string[] = [];
  await intoTemporaryFolder(async (folder, { result }) => {
    if (contentBelow(join(folder, result)) !== contentBelow(join(root, result))) outdated.push(result);
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
function contentBelow(path: string): string {
  if (!existsSync(path)) return '';
  if (path.endsWith('.json')) return readFileSync(path, 'utf8');
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => `${name}\n${readFileSync(join(path, name), 'utf8')}`)
    .join('\0');
}
