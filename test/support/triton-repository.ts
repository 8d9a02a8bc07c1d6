import { execFile } from 'node:child_process';
import { copyFile, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cleanEnvironment } from './programs.js';

const run = promisify(execFile);
const root = new URL('../../', import.meta.url).pathname;

const program = join(root, 'dist/model-server/apps/model-server/src/triton/repository.main.js');

/**
 * Writes a model repository, as an owner would.
 * @param profile path, or name of one that comes with the project
 * @param options further ones of the program, such as `--form ensemble`
 * @param settings of the product, which count where the profile says nothing
 */
export async function writeTritonRepository(
  profile: string,
  folder: string,
  options: readonly string[] = [],
  settings: NodeJS.ProcessEnv = {},
): Promise<void> {
  const path = profile.endsWith('.json') ? profile : join(root, 'triton/profiles', `${profile}.json`);
  const args = [program, '--profile', path, '--output', folder, ...options];
  await run(process.execPath, args, { env: cleanEnvironment(settings), timeout: 120_000 });
}

/**
 * Writes production's repository as it is committed, with its plans replaced by the networks of a pack in onnxruntime:
 * all else, names of tensors, ensembles, settings, is what production runs.
 * @param pack path of a pack with the kinds of models that production has
 */
export async function writeProductionRepository(folder: string, pack: string): Promise<void> {
  await writeTritonRepository('onnx-cpu', folder, ['--pack', pack, '--form', 'ensemble']);
  const committed = join(root, 'triton/models_serving');
  await copyFile(join(committed, 'contract-id.template'), join(folder, 'contract-id.template'));
  const { detector, embedder } = JSON.parse(await readFile(pack, 'utf8')) as PackFiles;
  const published = new Map([
    ['detect_net', detector.file.sha256],
    ['extract_net', embedder.file.sha256],
  ]);
  for (const entry of await readdir(committed, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const model = entry.name;
    const config = await readFile(join(committed, model, 'config.pbtxt'), 'utf8');
    await writeFile(join(folder, model, 'config.pbtxt'), published.has(model) ? inPython(config) : config);
  }
  for (const [model, sha256] of published) {
    // As the build leaves it beside a plan.
    await writeFile(join(folder, model, '1/model.plan.json'), JSON.stringify({ onnx_sha256: sha256 }));
  }
  const stamp = join(root, 'triton/python/stamp_contract.py');
  await run('python3', [stamp, folder], { timeout: 60_000 });
}

interface PackFiles {
  readonly detector: { readonly file: { readonly sha256: string } };
  readonly embedder: { readonly file: { readonly sha256: string } };
}

function inPython(config: string): string {
  const onCpu = config
    .replace('platform: "tensorrt_plan"', 'backend: "python"')
    .replace('kind: KIND_GPU', 'kind: KIND_CPU')
    .replace(/^ *rate_limiter .*$/m, '');
  return `${onCpu}parameters { key: "onnx_file" value { string_value: "model.onnx" } }\n`;
}
