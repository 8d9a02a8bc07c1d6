import { describe, expect, it } from 'vitest';
import { addCounts, countCTest, countUnittest, countVitest, countsLine, noTests } from './test-counts.ts';

describe('counts of ctest', () => {
  it('reads a run in which all pass', () => {
    const printed = '1/2 Test #1: merge ... Passed 0.01 sec\n\n100% tests passed, 0 tests failed out of 2\n';
    expect(countCTest(printed)).toEqual({ passed: 2, failed: 0, skipped: 0 });
  });

  it('tells failed, skipped and disabled ones apart', () => {
    const printed = `33% tests passed, 4 tests failed out of 6

Total Test time (real) =   1.02 sec

The following tests did not run:
\t  3 - skip (Skipped)
\t  7 - dis (Disabled)

The following tests FAILED:
\t  2 - bad.dotted_name (Failed)
\t  4 - nothere (Not Run)
\t  5 - crash (SEGFAULT)
\t  6 - slow (Timeout)
`;
    expect(countCTest(printed)).toEqual({ passed: 1, failed: 4, skipped: 2 });
  });

  it('counts nothing where there are no tests', () => {
    expect(countCTest('No tests were found!!!\n')).toEqual(noTests);
  });
});

describe('counts of unittest', () => {
  it.each([
    ['....\nRan 38 tests in 0.301s\n\nOK\n', { passed: 38, failed: 0, skipped: 0 }],
    ['Ran 5 tests in 1s\n\nOK (skipped=2)\n', { passed: 3, failed: 0, skipped: 2 }],
    ['Ran 9 tests in 1s\n\nFAILED (failures=1, errors=2, skipped=1)\n', { passed: 5, failed: 3, skipped: 1 }],
    ['SyntaxError: invalid syntax\n', { passed: 0, failed: 1, skipped: 0 }],
  ])('reads %j', (printed, counts) => {
    expect(countUnittest(printed)).toEqual(counts);
  });
});

describe('counts of vitest', () => {
  it('counts a file that fails as a whole as one failed test', () => {
    const counts = countVitest({
      numPassedTests: 3,
      numFailedTests: 1,
      numPendingTests: 1,
      numTodoTests: 1,
      testResults: [
        { status: 'passed', assertionResults: [{ status: 'passed' }] },
        { status: 'failed', assertionResults: [{ status: 'failed' }] },
        { status: 'failed', assertionResults: [] },
      ],
    });
    expect(counts).toEqual({ passed: 3, failed: 2, skipped: 2 });
  });
});

describe('the last line', () => {
  it('adds up and is plain', () => {
    const counts = addCounts({ passed: 1, failed: 2, skipped: 3 }, { passed: 10, failed: 0, skipped: 1 });
    expect(countsLine(counts)).toBe('tests: 11 passed, 2 failed, 4 skipped');
  });
});
