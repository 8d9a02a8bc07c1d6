import { execFile } from 'node:child_process';
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
