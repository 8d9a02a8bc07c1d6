/**
 * `npm run fetch [-- pack ...] [-- --photos]`: downloads model packs, by default the one of the settings, and
 * the sample photos, so that the next start needs no network.
 */
import { readEnvironment } from './run/environment.ts';
import { runTask } from './run/task.ts';
import { compileProgram } from './setup/compile.ts';
import { fetchWanted } from './setup/prepare.ts';

await runTask(async ({ asked }) => {
  await compileProgram('model-server', asked);
  await fetchWanted('fetched', process.argv.slice(2), readEnvironment(), asked);
  return 0;
});
