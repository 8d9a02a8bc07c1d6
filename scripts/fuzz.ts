/**
 * `npm run fuzz -- [--count 100000] [--seed TEXT]`: sends broken pictures, bodies and requests to the product, and fails
 * when one is answered with a failure of the server, too late or not at all, or when memory grows.
 */
import { join } from 'node:path';
import { readCommandLine } from './run/command-line.ts';
import { option, text, wholeNumber } from './run/command-line-values.ts';
import { runCommand } from './run/command.ts';
import { root } from './run/root.ts';
import { runTask } from './run/task.ts';
import { build, fetchModelPack, fetchSamplePhotos } from './setup/prepare.ts';

const { values } = readCommandLine({
  command: 'npm run fuzz',
  about:
    'Sends broken pictures, bodies and requests to the product, and fails when one is answered with a failure of the server, too late or not at all, or when memory grows.',
  options: {
    count: option('N', 'requests; 100000 by default', wholeNumber(1, 999_999_999), 100_000),
    seed: option(
      'TEXT',
      'the same requests again; others each time by default',
      text,
      new Date().toISOString(),
    ),
  },
});

await runTask(async ({ asked }) => {
  await build(asked);
  await fetchModelPack(process.env, asked);
  await fetchSamplePhotos(process.env, asked);
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const { code } = await runCommand(
    process.execPath,
    [vitest, 'run', '--project', 'e2e', 'test/fuzz.e2e.ts'],
    {
      stop: asked,
      env: { ...process.env, FACE_FUZZ_COUNT: String(values.count), FACE_FUZZ_SEED: values.seed },
      show: 'all',
    },
  );
  return code;
});
