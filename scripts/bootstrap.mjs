/**
 * The door of every npm script: `node scripts/bootstrap.mjs <task> [arguments]`.
 *
 * It runs on whatever Node the machine has and before anything is installed, so it is plain JavaScript
 * without dependencies. It makes sure that the machine can do the task, installs what the lock file says,
 * and then runs `scripts/<task>.ts` on the pinned Node 24.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { clearInterval, setInterval } from 'node:timers';
import { URL, fileURLToPath } from 'node:url';
import { installDependencies } from './setup/dependencies.mjs';
import { platformProblem } from './setup/platform.mjs';
import { findPinnedNode } from './setup/pinned-node.mjs';
import { nativeLibrariesAreBuilt, toolchainProblem } from './setup/toolchain.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Tasks, and whether they need the native libraries and so a compiler. */
const tasks = new Map([
  ['start', true],
  ['start-model-server', true],
  ['conformance-server', true],
  ['dev', true],
  ['test', true],
  ['test-full', true],
  ['test-triton', true],
  ['check', false],
  ['generate', false],
  ['fetch', false],
  ['triton-network', false],
  ['triton-repository', false],
  ['quality', true],
  ['bench', true],
  ['bench-native', true],
  ['bench-triton', true],
  ['fuzz', true],
  ['soak', true],
  ['sbom', false],
  ['calibrate', true],
]);

/** @param {string} sentence @returns {never} */
function refuse(sentence) {
  process.stderr.write(`\n${sentence}\n`);
  process.exit(1);
}

const [task = '', ...rest] = process.argv.slice(2);
const needsCompiler = tasks.get(task);
if (needsCompiler === undefined) {
  refuse(`There is no task '${task}'. Tasks: ${[...tasks.keys()].join(', ')}.`);
}

const unfit = platformProblem(process.platform, process.versions.node);
if (unfit !== undefined) refuse(unfit);

// Before the download of the dependencies, so that nobody waits for a minute to hear of a missing compiler.
if (needsCompiler && !nativeLibrariesAreBuilt(root)) {
  const missing = toolchainProblem();
  if (missing !== undefined) refuse(missing);
}

const failure = installDependencies(root);
if (failure !== undefined) refuse(failure);

const pinned = findPinnedNode(root);
if (pinned.problem !== undefined) refuse(pinned.problem);

const script = join(root, 'scripts', `${task}.ts`);
if (!existsSync(script)) refuse(`scripts/${task}.ts is missing: this checkout is not complete.`);

// The channel tells the task when this process is gone, even when it was killed.
const child = spawn(pinned.path, [script, ...rest], {
  cwd: root,
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: {
    ...process.env,
    PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`,
    // Scripts that load onnxruntime in worker threads cannot set it there; see apps/model-server/src/pipelines.
    ORT_DISABLE_TELEMETRY: '1',
  },
});
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => child.kill(signal));
}
// npm passes a signal only to the shell between it and this process, and some shells end without passing it on.
if (process.env['npm_lifecycle_event'] !== undefined) {
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, 200);
}
child.on('error', (error) => refuse(`${pinned.path} cannot be run: ${error.message}`));
child.on('exit', (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0)));
