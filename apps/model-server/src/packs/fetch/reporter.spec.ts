import { describe, expect, it } from 'vitest';
import { consoleReporter, progressLine } from './reporter.js';

function terminal(isTTY: boolean) {
  const written: string[] = [];
  return { written, isTTY, write: (text: string) => written.push(text) };
}

describe('consoleReporter', () => {
  it('writes plain lines where nobody watches', () => {
    const out = terminal(false);
    let now = 0;
    const download = consoleReporter(out, () => now).download('models@1.0.0', 41_100_000);
    for (let part = 0; part < 10; part++) download.advance(4_110_000);
    now = 2500;
    download.end(true);
    expect(out.written.join('')).toBe('Downloading models@1.0.0 (41.1 MB)\nReceived 41.1 MB in 2.5 s\n');
  });

  it('says nothing of having received what failed', () => {
    const out = terminal(false);
    consoleReporter(out).download('models@1.0.0', undefined).end(false);
    expect(out.written.join('')).toBe('Downloading models@1.0.0\n');
  });

  it('redraws a bar on a terminal, not more often than ten times a second', () => {
    const out = terminal(true);
    let now = 0;
    const download = consoleReporter(out, () => now).download('models@1.0.0', 1000);
    for (; now < 1000; now++) download.advance(1);
    download.end(true);
    expect(out.written).toHaveLength(10 + 2);
    expect(out.written.at(-2)).toContain('] 100 %');
  });
});

describe('progressLine', () => {
  it('shows a share where the size is known', () => {
    expect(progressLine('x', 5e6, 2e7)).toBe('x  [########----------------------] 25 %  5.0 MB of 20.0 MB');
    expect(progressLine('x', 3e7, 2e7)).toContain('100 %');
    expect(progressLine('x', 5e6, undefined)).toBe('x  5.0 MB');
  });
});
