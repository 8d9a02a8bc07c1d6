import { describe, expect, it } from 'vitest';
import { hasPrograms, run } from '../support/native-tests.js';

/** What native-libs/fuzz/run.sh ends with where the compiler comes without libFuzzer. */
const skipped = 77;

const possible = hasPrograms('fuzzing', { 'clang++': 'clang', cmake: 'cmake' });

describe('fuzzing', () => {
  it.skipIf(!possible)('finds nothing in some seconds for each entry point', async (context) => {
    const { code, printed } = await run(['native-libs/fuzz/run.sh', '4'], 500);
    console.log(printed.trim());
    if (code === skipped) context.skip();
    expect(printed).toMatch(/fuzzing: \d+ targets, \d+ executions, nothing found/);
    expect(code).toBe(0);
  });
});
