import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildNative, hasPrograms, run, runNativeTests } from '../support/native-tests.js';

/** A compiler may come without ThreadSanitizer, and a kernel may place memory where it cannot follow. */
async function runsThreadSanitizer(): Promise<boolean> {
  const what = 'native tests under ThreadSanitizer';
  if (!hasPrograms(what, { 'c++': 'g++', cmake: 'cmake' })) return false;
  const folder = mkdtempSync(join(tmpdir(), 'face-tsan-'));
  try {
    const source = 'int main() { return 0; }';
    const program = join(folder, 'program');
    const compiled = await run(
      ['sh', '-c', `echo '${source}' | c++ -fsanitize=thread -x c++ -o ${program} -`],
      60,
    );
    const ran = compiled.code === 0 ? await run([program], 60) : compiled;
    if (ran.code !== 0) console.log(`skipped: ${what}: ${ran.printed.trim().split('\n', 1)[0]}`);
    return ran.code === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const possible = await runsThreadSanitizer();

describe('ThreadSanitizer', () => {
  it.skipIf(!possible)('sees no race between calls, pools and settings', async () => {
    const folder = await buildNative('tsan', ['-DCMAKE_BUILD_TYPE=Debug', '-DFACE_SANITIZE=thread']);
    const printed = await runNativeTests(folder, 240, ['-R', 'threads_test|rerank_batch_test']);
    expect(printed).toContain('100% tests passed, 0 tests failed out of 2');
  });
});
