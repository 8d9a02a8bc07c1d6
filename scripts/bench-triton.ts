/**
 * `npm run bench:triton`: our model server beside real Tritons on the CPU. Longer or shorter by FACE_BENCH_ROUNDS and
 * FACE_BENCH_SECONDS.
 */
import { join } from 'node:path';
import { readCommandLine } from './run/command-line.ts';
import { runCommand } from './run/command.ts';
import { TaskFailure } from './run/failure.ts';
import { root } from './run/root.ts';
import { runTask } from './run/task.ts';
import { build, fetchModelPack, fetchSamplePhotos } from './setup/prepare.ts';
import { prepareTritonPython } from './setup/triton-python.ts';

readCommandLine({
  command: 'npm run bench:triton',
  about:
    'Measures our model server beside real Tritons on the CPU. Longer or shorter by FACE_BENCH_ROUNDS and FACE_BENCH_SECONDS.',
});

await runTask(async ({ asked }) => {
  await build(asked);
  await fetchModelPack(process.env, asked);
  await fetchSamplePhotos(process.env, asked);
  const prepared = await prepareTritonPython(process.env, asked);
  if ('problem' in prepared) {
    throw new TaskFailure(`There is no real Triton to measure: ${prepared.problem}`);
  }
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const { code } = await runCommand(process.execPath, [vitest, 'run', '--project', 'measure'], {
    stop: asked,
    env: { ...process.env, FACE_TEST_TRITON_PYTHON: prepared.folder },
    show: 'all',
  });
  return code;
});
