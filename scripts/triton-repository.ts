/** `npm run triton-repository -- --profile FILE --output FOLDER`: a model repository for Triton; see docs/triton.md. */
import { join } from 'node:path';
import { runCommand } from './run/command.ts';
import { readEnvironment } from './run/environment.ts';
import { root } from './run/root.ts';
import { runTask } from './run/task.ts';
import { compileProgram } from './setup/compile.ts';

const program = 'dist/model-server/apps/model-server/src/triton/repository.main.js';

await runTask(async ({ asked }) => {
  await compileProgram('model-server', asked);
  const options = { env: readEnvironment(), stop: asked, show: 'all' } as const;
  const { code } = await runCommand(
    process.execPath,
    [join(root, program), ...process.argv.slice(2)],
    options,
  );
  return code;
});
