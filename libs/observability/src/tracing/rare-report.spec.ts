import { expect, it } from 'vitest';
import { RareReport } from './rare-report.js';

it('tells what goes on for long once a minute', () => {
  let now = 0;
  const told: string[] = [];
  const report = new RareReport(
    (sentence) => told.push(sentence),
    () => now,
  );
  for (now = 0; now <= 120_000; now += 10_000) report.tell(`at ${now}`);
  expect(told).toEqual(['at 0', 'at 60000', 'at 120000']);
});
