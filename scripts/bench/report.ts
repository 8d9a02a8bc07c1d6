import { table } from '../measure/markdown.ts';
import { pairedRatio, summarise, type Round, type Summary } from './round.ts';

/** Rounds of each contender, the product first. */
export interface ScenarioRounds {
  readonly scenario: string;
  readonly rounds: ReadonlyMap<string, readonly Round[]>;
}

const meanings = {
  'A1, A4, A8, A16': 'one photo with one face, at that many connections',
  B: 'eight photos a request, 2 connections',
  C: 'a photo of 12 megapixels, 2 connections',
  'D<dimension>k<K>': 'rerank of K candidates, 2 connections; b: vectors as base64',
  'L<dimension>k<K>': 'the same over 50 connections, for the longest pause of the event loop',
  E: '`/healthz`, 8 connections',
};

export function scenarioMeanings(): string {
  return Object.entries(meanings)
    .map(([name, meaning]) => `- ${name}: ${meaning}`)
    .join('\n');
}

export function resultTable(results: readonly ScenarioRounds[]): string {
  const rows = results.flatMap((result) => {
    const [first, ...others] = [...result.rounds];
    return [first, ...others].flatMap((contender) =>
      contender === undefined ? [] : [rowOf(result.scenario, contender, first)],
    );
  });
  return table(
    [
      'scenario',
      'contender',
      'requests/s',
      'p50 ms',
      'p99 ms',
      'CPU ms a request',
      'memory MB',
      'longest pause ms',
      'errors',
      'product / this',
    ],
    rows,
  );
}

type Contender = readonly [string, readonly Round[]];

function rowOf(scenario: string, [name, rounds]: Contender, product: Contender | undefined): string[] {
  const summary = summarise(rounds);
  const ratio =
    product === undefined || product[0] === name ? '' : pairedRatio(product[1], rounds).toFixed(2);
  return [
    scenario,
    name,
    summary.requestsPerSecond.toFixed(1),
    summary.p50.toFixed(2),
    summary.p99.toFixed(2),
    cpuText(summary),
    figure(summary.memory, 0),
    figure(summary.longestPause, 1),
    String(summary.errors),
    ratio,
  ];
}

/** As in "6.5 = api 3.1 + model-server 3.4". */
function cpuText({ cpu }: Summary): string {
  const parts = Object.entries(cpu);
  const sum = parts.reduce((total, [, each]) => total + each, 0);
  if (parts.length < 2) return figure(sum, 2);
  return `${figure(sum, 2)} = ${parts.map(([part, each]) => `${part} ${figure(each, 2)}`).join(' + ')}`;
}

function figure(value: number, digits: number): string {
  return Number.isNaN(value) ? '-' : value.toFixed(digits);
}
