import { availableParallelism } from 'node:os';
import { table } from '../measure/markdown.ts';
import type { Measurement, Target } from '../quality/measurement.ts';
import { type Bench, labels } from './bench.ts';
import { type CrowdName, crowds, drawCrowd } from './data-set.ts';
import { digits, milliseconds, rate } from './figures.ts';
import { type Contender, ratio, summarise, type Timings } from './rounds.ts';

/** That of the legacy call. */
const dimension = 1024;
const cases: readonly (readonly [CrowdName, number])[] = [
  ['random', 100],
  ['random', 1000],
  ['five photos a person, .6', 1000],
  ['one person, .6', 1000],
];

const variants = {
  float64: 'float64',
  allocating: 'float32, no workspace given',
  legacy: 'legacy call (float64)',
  oneThread: 'float32, one thread, by the wall clock',
  twoThreads: 'float32, two threads, by the wall clock',
  tenQueries: 'float32, ten queries',
  cosines: 'cosines of float32',
  cosines64: 'cosines of float64',
  read: 'only reading float64',
} as const;

/** The same call in its variants, and every level of vector instructions. */
export async function measureVariants(bench: Bench): Promise<Measurement> {
  const scored = [
    bench.ours(labels.library, 'library'),
    bench.ours(variants.allocating, 'library workspace=own'),
    bench.ours(variants.float64, 'library element=float64'),
    bench.ours(variants.legacy, 'legacy'),
    bench.ours(variants.oneThread, 'library clock=wall'),
    bench.ours(variants.twoThreads, 'library threads=2 clock=wall'),
    bench.ours(variants.tenQueries, 'library queries=10'),
    ...bench.levels.flatMap(({ name, bound }) => [
      ...(bound ? [bench.ours(`${name}, with the bound`, `level name=${name}`)] : []),
      bench.ours(`${name}, without`, `level name=${name} bound=off`),
    ]),
  ];
  const unscored = [
    bench.ours(variants.cosines, 'library mode=cosine'),
    bench.ours(variants.cosines64, 'library element=float64 mode=cosine'),
    bench.ours(variants.read, `read name=${bench.bestPeak}`),
  ];
  const results: Timings[] = [];
  for (const [name, count] of cases) {
    const crowd = crowds.find((each) => each.name === name) ?? crowds[0];
    const [reference] = bench.yardsticks();
    const compared = reference === undefined ? scored : [reference, ...scored];
    results.push(await bench.time(drawCrowd(crowd, count, dimension), [...compared, ...unscored]));
    await bench.compare(compared);
    process.stdout.write(`  variants: ${name}, K ${count}\n`);
  }
  return {
    section: [
      '## Variants',
      `Milliseconds of a call; ${dimension} dimensions. The call without a name takes float32 rows and a workspace.`,
      table(
        ['variant', ...cases.map(([name, count]) => `${name}, K ${count}`)],
        rows(scored, unscored, results),
      ),
      readSentence(results),
    ].join('\n\n'),
    targets: results.flatMap((timings, index) => targetsOf(cases[index] ?? ['random', 0], timings)),
  };
}

function rows(
  scored: readonly Contender[],
  unscored: readonly Contender[],
  results: readonly Timings[],
): string[][] {
  return [...scored, ...unscored].map(({ label }) => [
    label,
    ...results.map((timings) => milliseconds(summarise(timings, label))),
  ]);
}

function readSentence(results: readonly Timings[]): string {
  const large = results[1];
  const read = large === undefined ? undefined : summarise(large, variants.read);
  const cosines = large === undefined ? undefined : summarise(large, variants.cosines64);
  if (read === undefined || cosines === undefined) return '';
  const speed = rate({ ...cosines, operations: read.operations });
  return `Cosines of 1000 float64 rows read ${digits(speed)} GB/s, a loop that only adds up what it reads ${digits(rate(read))} GB/s.`;
}

function targetsOf([name, count]: readonly [string, number], timings: Timings): Target[] {
  if (count !== 1000) return [];
  const where = `${name}, D ${dimension}, K ${count}`;
  const legacy = ratio(timings, variants.legacy, labels.library);
  const threads = ratio(timings, variants.oneThread, variants.twoThreads);
  return [
    ...(legacy === undefined || name !== 'random'
      ? []
      : [{ name: `${where}: legacy call / float32 call`, value: legacy.best, most: 1.3 }]),
    ...(threads === undefined || availableParallelism() < 2
      ? []
      : [{ name: `${where}: one thread / two threads`, value: threads.best, least: 1.7 }]),
  ];
}
