import { join } from 'node:path';
import { table } from '../measure/markdown.ts';
import type { Measurement } from '../quality/measurement.ts';
import { type Bench, labels } from './bench.ts';
import { type CrowdName, crowds, drawCrowd, writeDataSet } from './data-set.ts';
import { megabytes, milliseconds, times } from './figures.ts';
import type { MeasuringProgram } from './measuring-program.ts';
import { type Contender, ratio, runRounds, summarise } from './rounds.ts';

const counts = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];
const largest = 10_000;
/** Where linear growth of the workspace is measured from; below, constant parts weigh. */
const linearFrom = 1000;
const dimension = 1024;
/** Naive C would take a minute for more; there numpy is the reference. */
const mostForNaive = 1000;
/** Large calls are long, and their times steady. */
const rounds = 5;
const names: readonly CrowdName[] = ['random', 'five photos a person, .6'];

/** Time and memory from one candidate to many, each in processes of its own. */
export async function measureSizes(bench: Bench): Promise<Measurement> {
  const rows: string[][] = [];
  const workspaces = new Map<number, number>();
  for (const crowd of crowds.filter(({ name }) => names.includes(name))) {
    for (const count of counts) {
      const { cells, workspace } = await measureSize(bench, crowd, count);
      rows.push([crowd.name, String(count), ...cells]);
      workspaces.set(count, workspace);
      process.stdout.write(`  ${rows.at(-1)?.join(' | ')}\n`);
    }
  }
  const growth = (workspaces.get(largest) ?? NaN) / (workspaces.get(linearFrom) ?? NaN);
  return {
    section: [
      '## Number of candidates',
      `${dimension} dimensions, float32. Memory is what a call adds to the most that the process had resident before, in a fresh process; the workspace is what rerank_workspace_bytes() asks for.`,
      table(
        [
          'candidates',
          'K',
          'library ms',
          'numpy ms',
          'numpy / library',
          'library MB',
          'workspace MB',
          'numpy MB',
        ],
        rows,
      ),
    ].join('\n\n'),
    targets: [
      {
        name: `workspace for ${largest} candidates / for ${linearFrom}, per candidate`,
        value: (growth * linearFrom) / largest,
        most: 1.05,
      },
    ],
  };
}

async function measureSize(
  bench: Bench,
  crowd: (typeof crowds)[number],
  count: number,
): Promise<{ readonly cells: string[]; readonly workspace: number }> {
  const file = join(bench.folder, 'rows.f32');
  writeDataSet(file, drawCrowd(crowd, count, dimension));
  const native = bench.programs.startNative();
  const numpy = bench.programs.startNumpy?.();
  const load = (program: MeasuringProgram) => program.load(file, count + 1, dimension);
  try {
    await Promise.all([native, ...(numpy === undefined ? [] : [numpy])].map(load));
    const ours = await native.memory('library workspace=own');
    const theirs = await numpy?.memory('rerank');
    const { workspace } = await native.memory('library');
    const contenders: Contender[] = [
      ...(count <= mostForNaive
        ? [{ label: labels.naive, program: native, specification: 'naive', slow: true }]
        : []),
      ...(numpy === undefined ? [] : [{ label: labels.numpy, program: numpy, specification: 'rerank' }]),
      { label: labels.library, program: native, specification: 'library' },
    ];
    const timings = await runRounds(contenders, {
      ...bench.options,
      rounds: Math.min(rounds, bench.options.rounds),
    });
    await bench.compare(contenders);
    return {
      workspace,
      cells: [
        milliseconds(summarise(timings, labels.library)),
        milliseconds(summarise(timings, labels.numpy)),
        times(ratio(timings, labels.numpy, labels.library)),
        megabytes(ours.after - ours.before),
        megabytes(workspace),
        theirs === undefined ? '-' : megabytes(theirs.after - theirs.before),
      ],
    };
  } finally {
    await Promise.all([native.stop(), numpy?.stop()]);
  }
}
