import { beforeAll, describe, expect, it } from 'vitest';
import { buildNative, hasPrograms, run, runNativeTests } from '../support/native-tests.js';

const possible = hasPrograms('native tests under valgrind', { valgrind: 'valgrind', cmake: 'cmake' });

/**
 * What valgrind is of no use for: it knows neither flushing to zero nor status flags, and tests that only compute
 * take minutes.
 */
const left = [
  'environment_test',
  'rerank_(properties|kernels|bounds|adversarial|dense)_test',
  'exports',
  'needs',
  'installed_package',
  'example',
];

describe.skipIf(!possible)('valgrind', () => {
  let folder: string;

  beforeAll(async () => {
    const launcher = 'valgrind;--quiet;--error-exitcode=99;--leak-check=full';
    folder = await buildNative('valgrind', [
      '-DCMAKE_BUILD_TYPE=RelWithDebInfo',
      `-DFACE_TEST_LAUNCHER=${launcher}`,
    ]);
  }, 600_000);

  it('does not know AVX-512, which the libraries then do not choose', async () => {
    const { printed } = await run(['valgrind', '--quiet', `${folder}/test/headers_test`], 60);
    expect(printed).toMatch(/rerank_compute .*; (avx2|portable|neon)\n/);
  });

  it('finds no wrong access and no leak, on the portable and the AVX2 path', async () => {
    expect(await runNativeTests(folder, 590, ['-E', left.join('|')])).toContain('100% tests passed');
  });
});
