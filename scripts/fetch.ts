/**
 * `npm run fetch [-- pack ...] [-- --photos]`: downloads model packs, by default the one of the settings, and
 * the sample photos, so that the next start needs no network.
 */
import { join } from 'node:path';
import { runCommand } from './run/command.ts';
import { readEnvironment } from './run/environment.ts';
import { root } from './run/root.ts';
import { runTask } from './run/task.ts';
import { compileProgram } from './setup/compile.ts';
import { fetchProgram } from './setup/prepare.ts';

await runTask(async ({ asked }) => {
  await compileProgram('model-server', asked);
  // Its words and exit code are those of the command: it explains itself, and tells what went wrong.
  const options = { env: readEnvironment(), stop: asked, show: 'all' } as const;
  const { code } = await runCommand(
    process.execPath,
    [join(root, fetchProgram), ...process.argv.slice(2)],
    options,
  );
  return code;
});
