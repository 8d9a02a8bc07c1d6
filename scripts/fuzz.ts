/**
 * `npm run fuzz -- [--count 100000] [--seed TEXT]`: sends broken pictures, bodies and requests to the product, and fails
 * when one is answered with a failure of the server, too late or not at all, or when memory grows.
 */
import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { runCommand } from './run/command.ts';
import { TaskFailure } from './run/failure.ts';
import { root } from './run/root.ts';
import { runTask } from './run/task.ts';
import { build, fetchModelPack, fetchSamplePhotos } from './setup/prepare.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: new Date().toISOString() },
  },
});

await runTask(async ({ asked }) => {
  if (!/^[1-9]\d{0,8}$/.test(values.count)) {
    throw new TaskFailure(`--count is '${values.count}', expected a number of requests.`);
  }
  await build(asked);
  await fetchModelPack(process.env, asked);
  await fetchSamplePhotos(process.env, asked);
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const { code } = await runCommand(
    process.execPath,
    [vitest, 'run', '--project', 'e2e', 'test/fuzz.e2e.ts'],
    {
      stop: asked,
      env: { ...process.env, FACE_FUZZ_COUNT: values.count, FACE_FUZZ_SEED: values.seed },
      show: 'all',
    },
  );
  return code;
});
