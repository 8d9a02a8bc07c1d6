import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSanitizedLibraries, nativeBuildFolder, sanitizedBuildFolder } from '../setup/native-build.ts';
import { build, fetchModelPack, fetchSamplePhotos } from '../setup/prepare.ts';
import { endStep } from '../setup/step-line.mjs';
import { prepareTritonPython } from '../setup/triton-python.ts';
import { runCommand } from './command.ts';
import { TaskFailure } from './failure.ts';
import type { Interruption } from './interruption.ts';
import { root } from './root.ts';
import {
  addCounts,
  countCTest,
  countUnittest,
  countVitest,
  countsLine,
  noTests,
  type TestCounts,
  type VitestReport,
} from './test-counts.ts';

/** What is run beside projects of vitest.config.ts. */
interface OtherTests {
  /** Tests of the native libraries. */
  readonly native?: boolean;
  /** Tests with a real Triton server, and of what it runs in Python. */
  readonly triton?: boolean;
}

/**
 * Sets up as `npm start` does, runs the tests and prints their sum as the last line.
 * @param projects of vitest.config.ts
 * @returns the exit code: 0 when all passed
 */
export async function runTests(
  projects: readonly string[],
  { native = false, triton = false }: OtherTests,
  { asked }: Interruption,
): Promise<number> {
  // Tests start the programs with settings of their own: a developer's .env is not theirs.
  const environment = process.env;
  await build(asked);
  await fetchModelPack(environment, asked);
  if (!(await fetchSamplePhotos(environment, asked))) {
    throw new TaskFailure('The tests need the sample photos, which could not be fetched: see above.');
  }
  const ofNative = native ? await runNativeTests(asked) : noTests;
  const ofVitest = projects.length === 0 ? noTests : await runVitest(projects, asked);
  const ofTriton = triton ? await runTritonTests(environment, asked) : noTests;
  const counts = [ofNative, ofVitest, ofTriton].reduce(addCounts);
  process.stdout.write(`\n${countsLine(counts)}\n`);
  return counts.failed === 0 ? 0 : 1;
}

/** All tests of the native libraries as they are shipped, then once more where every slip of memory shows. */
async function runNativeTests(stop: AbortSignal): Promise<TestCounts> {
  const shipped = await runCTest(nativeBuildFolder, stop);
  if (await buildSanitizedLibraries(stop))
    return addCounts(shipped, await runCTest(sanitizedBuildFolder, stop));
  process.stdout.write(
    '\nskipped: the native tests under AddressSanitizer and UndefinedBehaviorSanitizer, which the compiler comes ' +
      'without (Fedora: sudo dnf install libasan libubsan)\n',
  );
  return addCounts(shipped, { ...noTests, skipped: 1 });
}

/** Tests with a real Triton, where this machine can run one. */
async function runTritonTests(environment: NodeJS.ProcessEnv, stop: AbortSignal): Promise<TestCounts> {
  const start = performance.now();
  const prepared = await prepareTritonPython(environment, stop);
  if ('problem' in prepared) {
    process.stdout.write(`\nskipped: the tests with a real Triton server, for ${prepared.problem}\n`);
    return { ...noTests, skipped: 1 };
  }
  endStep('Triton for tests', performance.now() - start);
  const ofPython = await runPythonTests(join(prepared.folder, 'bin/python'), stop);
  const settings = { ...environment, FACE_TEST_TRITON_PYTHON: prepared.folder };
  return addCounts(ofPython, await runVitest(['triton'], stop, settings));
}

/** Tests of the steps that Triton runs in Python. */
async function runPythonTests(python: string, stop: AbortSignal): Promise<TestCounts> {
  const place = join(root, 'triton/python');
  const args = ['-m', 'unittest', 'discover', '-s', join(place, 'tests'), '-t', place];
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  const { code, output } = await runCommand(python, args, { stop, env, show: 'nothing' });
  process.stdout.write(`\n${output.trim()}\n`);
  const counts = countUnittest(output);
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

async function runCTest(folder: string, stop: AbortSignal): Promise<TestCounts> {
  const { code, output } = await runCommand(
    'ctest',
    ['--test-dir', folder, '--output-on-failure', '--parallel', String(availableParallelism())],
    { stop, show: 'nothing' },
  );
  process.stdout.write(`\n${output.trim()}\n`);
  const counts = countCTest(output);
  // ctest itself can fail without a failing test.
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

async function runVitest(
  projects: readonly string[],
  stop: AbortSignal,
  env: NodeJS.ProcessEnv = process.env,
): Promise<TestCounts> {
  const folder = mkdtempSync(join(tmpdir(), 'face-tests-'));
  try {
    const file = join(folder, 'report.json');
    const { code } = await runCommand(
      process.execPath,
      [
        join(root, 'node_modules/vitest/vitest.mjs'),
        'run',
        ...projects.flatMap((project) => ['--project', project]),
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${file}`,
      ],
      { stop, env, show: 'all' },
    );
    if (!existsSync(file)) throw new TaskFailure(`vitest ended with code ${code} and without a report.`);
    const counts = countVitest(JSON.parse(readFileSync(file, 'utf8')) as VitestReport);
    // As by an unhandled rejection outside of every test.
    return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
