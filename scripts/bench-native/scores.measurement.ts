import { table } from '../measure/markdown.ts';
import type { Measurement, Target } from '../quality/measurement.ts';
import { type Bench, labels } from './bench.ts';
import { chooseCandidates, type CrowdName, crowds, type DataSet, drawCrowd } from './data-set.ts';
import { milliseconds, times } from './figures.ts';
import { ratio, summarise, type Timings } from './rounds.ts';

const counts = [100, 1000];
const dimensions = [512, 1024];

interface Case {
  readonly name: string;
  readonly count: number;
  readonly data: DataSet;
  readonly goals: Goals;
}

/** How many times faster than numpy a call has to be. */
interface Goals {
  readonly least: number;
  /** Most time it may take, as a multiple of the time without the bound. */
  readonly unbounded?: number;
}

/** For 100 candidates and for more. */
const goals: Readonly<Record<CrowdName | 'given', (count: number) => Goals>> = {
  random: (count) => ({ least: count === 100 ? 4 : 2.5 }),
  given: (count) => ({ least: count === 100 ? 4 : 2.5 }),
  'five photos a person, .6': () => ({ least: 4 }),
  'five photos a person, .75': () => ({ least: 4 }),
  'one person, .5': () => ({ least: 1, unbounded: 1.1 }),
  'one person, .6': () => ({ least: 1, unbounded: 1.1 }),
  'one person, .8': () => ({ least: 1, unbounded: 1.1 }),
};

/** @param embeddings of real faces, where there are any */
export async function measureScores(bench: Bench, embeddings: DataSet | undefined): Promise<Measurement> {
  const rows: string[][] = [];
  const targets: Target[] = [];
  for (const { name, count, data, goals: wanted } of cases(embeddings)) {
    const timings = await bench.timeAndCompare(data, [
      ...bench.yardsticks(),
      bench.ours(labels.library, 'library'),
      bench.ours(labels.unbounded, `level name=${bench.bestLevel} bound=off`),
    ]);
    const where = [name, String(data.dimension), String(count)];
    rows.push([...where, ...figures(bench, timings)]);
    process.stdout.write(`  ${rows.at(-1)?.join(' | ')}\n`);
    targets.push(...targetsOf(`${name}, D ${data.dimension}, K ${count}`, wanted, timings));
  }
  const header = ['candidates', 'D', 'K', ...columns(bench)];
  return {
    section: [
      '## Scores',
      'One thread, float32 rows, the workspace given. Milliseconds of a call, and how many times faster the library is.',
      table(header, rows),
    ].join('\n\n'),
    targets,
  };
}

function* cases(embeddings: DataSet | undefined): Generator<Case> {
  for (const dimension of dimensions) {
    for (const count of counts) {
      for (const crowd of crowds) {
        const data = drawCrowd(crowd, count, dimension);
        yield { name: crowd.name, count, data, goals: goals[crowd.name](count) };
      }
    }
  }
  if (embeddings === undefined) return;
  for (const count of counts) {
    for (const choice of ['any', 'nearest'] as const) {
      const data = chooseCandidates(embeddings, count, choice);
      if (data !== undefined) yield { name: `given file, ${choice}`, count, data, goals: goals.given(count) };
    }
  }
}

function columns(bench: Bench): string[] {
  return [
    labels.naive,
    ...(bench.numpy === undefined ? [] : [labels.numpy]),
    ...(bench.forcedNumpy === undefined ? [] : [labels.forced]),
    labels.library,
    labels.unbounded,
    'numpy / library',
    ...(bench.forcedNumpy === undefined ? [] : ['forced / library']),
    'naive / library',
  ];
}

function figures(bench: Bench, timings: Timings): string[] {
  const time = (label: string) => milliseconds(summarise(timings, label));
  const faster = (label: string) => times(ratio(timings, label, labels.library));
  return [
    time(labels.naive),
    ...(bench.numpy === undefined ? [] : [time(labels.numpy)]),
    ...(bench.forcedNumpy === undefined ? [] : [time(labels.forced)]),
    time(labels.library),
    time(labels.unbounded),
    faster(labels.numpy),
    ...(bench.forcedNumpy === undefined ? [] : [faster(labels.forced)]),
    faster(labels.naive),
  ];
}

function targetsOf(name: string, { least, unbounded }: Goals, timings: Timings): Target[] {
  const faster = ratio(timings, labels.numpy, labels.library);
  const slower = ratio(timings, labels.library, labels.unbounded);
  return [
    ...(faster === undefined ? [] : [{ name: `${name}: numpy / library`, value: faster.best, least }]),
    ...(slower === undefined || unbounded === undefined
      ? []
      : [{ name: `${name}: with / without the bound`, value: slower.best, most: unbounded }]),
  ];
}
