import { execFile, spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { preparePython, pythonFolder } from '../../scripts/setup/python-environment.js';
import { findPython, findTorchPython } from '../support/torch-python.js';

const run = promisify(execFile);
const triton = fileURLToPath(new URL('../../triton/', import.meta.url));
const requirements = fileURLToPath(new URL('nvcc-requirements.txt', import.meta.url));

const python = findPython([]);
const compiler = spawnSync('g++', ['--version']).status === 0;
const torchPython = compiler ? findTorchPython('rpe_ops and the KP-RPE backbone') : undefined;
if (python === undefined || !compiler) {
  console.log(`skipped: rpe_ops, for there is no ${compiler ? 'Python >= 3.10' : 'g++'}`);
}

/** @returns the summary of unittest; throws with all that it printed when a test fails */
async function unittest(interpreter: string, folder: string, args: readonly string[], settings = {}) {
  const environment = { PYTHONDONTWRITEBYTECODE: '1', PYTHONPATH: triton, ...settings };
  const options = { cwd: join(triton, folder), env: { ...process.env, ...environment }, timeout: 570_000 };
  const { stderr } = await run(interpreter, ['-m', 'unittest', ...args], options);
  return stderr.trim().split('\n').at(-1);
}

/** Folder of CUDA's compiler: of this machine, or of PyPI. */
async function cudaHome(program: string): Promise<string | undefined> {
  const own = process.env['CUDA_HOME'] ?? '/usr/local/cuda';
  if (existsSync(join(own, 'bin/nvcc'))) return own;
  if (process.platform !== 'linux') return undefined;
  const folder = pythonFolder(process.env, 'nvcc');
  const made = await preparePython({
    folder,
    program,
    requirements: ['--no-deps', '--require-hashes', '--only-binary', ':all:', '--requirement', requirements],
    files: [requirements],
  });
  return 'problem' in made ? undefined : globSync(join(folder, 'lib/python3*/site-packages/nvidia/cu*'))[0];
}

describe.skipIf(python === undefined || !compiler)('the CUDA source of rpe_ops', () => {
  it('compiles without a warning', { timeout: 600_000 }, async ({ skip }) => {
    const home = await cudaHome(python ?? '');
    if (home === undefined) {
      console.log('skipped: the CUDA source is not compiled, for there is no nvcc and PyPI gave none');
      return skip();
    }
    const test = 'rpe_ops.tests.test_kernels.CompiledKernels';
    expect(await unittest(python ?? '', '.', [test], { CUDA_HOME: home })).toBe('OK');
  });

  it.each([
    ['touches nothing outside of its tensors', 'test_nothing_outside_is_touched'],
    ['has no threads that race', 'test_no_threads_race'],
  ])('%s, run on a CPU under sanitizers', async (_what, test) => {
    const name = `rpe_ops.tests.test_kernels.EmulatedKernels.${test}`;
    expect(await unittest(python ?? '', '.', [name])).toBe('OK');
  });
});

describe.skipIf(torchPython === undefined)('with PyTorch on a CPU', () => {
  let built: string;

  // Compiled once, by the first that needs it.
  beforeAll(async () => {
    built = await mkdtemp(join(tmpdir(), 'face-rpe-'));
  });

  afterAll(() => rm(built, { recursive: true, force: true }));

  it.each([
    ['the operation is its definition, forwards and backwards', '.', ['rpe_ops.tests.test_index']],
    ['the start-up hook builds once, and says why it cannot', '.', ['rpe_ops.tests.test_build']],
    [
      'the backbone gives the same embeddings with rpe_ops and with torch.gather, and takes weights by name',
      'python',
      ['discover', '-s', 'kprpe/tests', '-t', '.'],
    ],
  ])('%s', async (_what, folder, args) => {
    const summary = await unittest(torchPython ?? '', folder, args, { RPE_OPS_TEST_CACHE: built });
    expect(summary).toMatch(/^OK( \(skipped=\d+\))?$/);
  });
});
