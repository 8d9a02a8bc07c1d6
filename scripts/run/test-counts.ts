/** How many tests did what. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const noTests: TestCounts = { passed: 0, failed: 0, skipped: 0 };

export function addCounts(a: TestCounts, b: TestCounts): TestCounts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** The part of vitest's JSON report that is counted. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** A file that fails as a whole, as by a failing import or set-up, counts as one failed test. */
export function countVitest(report: VitestReport): TestCounts {
  const fallenFiles = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + fallenFiles,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** @param printed by ctest; its summary is read, and none of it means that there are no tests */
export function countCTest(printed: string): TestCounts {
  const summary = /(\d+) tests? failed out of (\d+)/.exec(printed);
  if (summary === null) return noTests;
  const failed = Number(summary[1]);
  const skipped = [...printed.matchAll(/^\s*\d+ - .* \(Skipped\)/gm)].length;
  // ctest does not count disabled tests among all of them.
  const disabled = [...printed.matchAll(/^\s*\d+ - .* \(Disabled\)/gm)].length;
  return { passed: Number(summary[2]) - failed - skipped, failed, skipped: skipped + disabled };
}

/** @param printed by Python's unittest; without its summary the run as a whole counts as failed */
export function countUnittest(printed: string): TestCounts {
  const ran = /^Ran (\d+) tests? in /m.exec(printed)?.[1];
  if (ran === undefined) return { ...noTests, failed: 1 };
  const count = (kind: string) => Number(new RegExp(`\\b${kind}=(\\d+)`).exec(printed)?.[1] ?? 0);
  const failed = count('failures') + count('errors') + count('unexpected successes');
  const skipped = count('skipped');
  return { passed: Math.max(0, Number(ran) - failed - skipped), failed, skipped };
}

/** The last line of a test run. */
export function countsLine({ passed, failed, skipped }: TestCounts): string {
  return `tests: ${passed} passed, ${failed} failed, ${skipped} skipped`;
}
