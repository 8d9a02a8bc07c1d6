import { beforeAll, describe, expect, it } from 'vitest';
import { buildNative, hasPrograms, run, runNativeTests } from '../support/native-tests.js';

const target = 'aarch64-linux-gnu';
const possible =
  process.platform === 'linux' &&
  hasPrograms('native tests on arm64', {
    [`${target}-g++`]: `g++-${target}`,
    'qemu-aarch64': 'qemu-user',
    cmake: 'cmake',
  });

describe.skipIf(!possible)('arm64', () => {
  const emulator = ['qemu-aarch64', '-L', `/usr/${target}`];
  let folder: string;

  beforeAll(async () => {
    folder = await buildNative('arm64', [
      '-DCMAKE_BUILD_TYPE=Release',
      '-DCMAKE_SYSTEM_NAME=Linux',
      '-DCMAKE_SYSTEM_PROCESSOR=aarch64',
      `-DCMAKE_C_COMPILER=${target}-gcc`,
      `-DCMAKE_CXX_COMPILER=${target}-g++`,
      `-DCMAKE_CROSSCOMPILING_EMULATOR=${emulator.join(';')}`,
    ]);
  }, 600_000);

  it('uses its own vector instructions', async () => {
    const { printed } = await run([...emulator, `${folder}/test/headers_test`], 60);
    expect(printed).toMatch(/rerank_compute .*; (neon|dotprod)\n/);
  });

  it('passes every native test, emulated', async () => {
    expect(await runNativeTests(folder, 590)).toContain('100% tests passed');
  });
});
