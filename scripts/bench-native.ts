/**
 * `npm run bench:native [-- peaks scores variants sizes] [--rounds 20] [--milliseconds 25] [--build FOLDER]
 * [--embeddings FILE --dimension 512 [--photos FOLDER]]`: measures librerank_compute in turns with plain C, with
 * numpy and with what one core can do at most. All parts together write docs/native-performance.md.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { scoreTolerance } from './bench-native/agreement.ts';
import { Bench } from './bench-native/bench.ts';
import { type DataSet, readEmbeddings } from './bench-native/data-set.ts';
import { embedPhotos } from './bench-native/embed-photos.ts';
import { targetTable } from './bench-native/figures.ts';
import { measurePeaks } from './bench-native/peaks.measurement.ts';
import { preparePrograms } from './bench-native/programs.ts';
import { measureScores } from './bench-native/scores.measurement.ts';
import { measureSizes } from './bench-native/sizes.measurement.ts';
import { introduction } from './bench-native/introduction.ts';
import { measureVariants } from './bench-native/variants.measurement.ts';
import { isReached, type Measurement, type Target } from './quality/measurement.ts';
import { TaskFailure } from './run/failure.ts';
import type { Interruption } from './run/interruption.ts';
import { root } from './run/root.ts';
import { runTask } from './run/task.ts';

type Part = (bench: Bench, embeddings: DataSet | undefined) => Promise<Measurement>;

const parts: Readonly<Record<string, Part>> = {
  peaks: measurePeaks,
  scores: measureScores,
  variants: measureVariants,
  sizes: measureSizes,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '20' },
    milliseconds: { type: 'string', default: '25' },
    build: { type: 'string' },
    embeddings: { type: 'string' },
    dimension: { type: 'string', default: '512' },
    photos: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const milliseconds = Number(values.milliseconds);

await runTask(async (interruption) => {
  const stop = interruption.asked;
  const chosen = (positionals.length === 0 ? Object.keys(parts) : positionals).map(partOf);
  const embeddings = await givenEmbeddings(interruption);
  const programs = await preparePrograms(values.build, stop);
  const bench = await Bench.open(programs, { rounds, milliseconds, stop });
  try {
    const measured: Measurement[] = [];
    for (const part of chosen) measured.push(await part(bench, embeddings));
    const targets = [...measured.flatMap((each) => each.targets), ...agreementTargets(bench)];
    const text = [
      await introduction(bench, stop),
      ...measured.map(({ section }) => section),
      `## Targets\n\n${targetTable(targets)}`,
    ].join('\n\n');
    process.stdout.write(`\n${text}\n`);
    if (positionals.length === 0) writeFileSync(join(root, 'docs/native-performance.md'), `${text}\n`);
    return targets.every(isReached) ? 0 : 1;
  } finally {
    await bench.close();
  }
});

function partOf(name: string): Part {
  const part = parts[name];
  if (part !== undefined) return part;
  throw new TaskFailure(`There is no part '${name}'. Parts: ${Object.keys(parts).join(', ')}.`);
}

async function givenEmbeddings(interruption: Interruption): Promise<DataSet | undefined> {
  if (values.embeddings === undefined) return undefined;
  const file = resolve(values.embeddings);
  if (!existsSync(file)) {
    if (values.photos === undefined) {
      throw new TaskFailure(`${file} is missing. --photos FOLDER makes it of the photos of a folder.`);
    }
    await embedPhotos(resolve(values.photos), file, interruption);
  }
  return readEmbeddings(file, Number(values.dimension));
}

function agreementTargets({ agreement }: Bench): Target[] {
  if (agreement === undefined) return [];
  const { fromReference, betweenLevels } = agreement;
  return [
    {
      name: 'largest difference of a score from naive C in double precision',
      value: fromReference,
      most: scoreTolerance,
    },
    ...(betweenLevels === undefined
      ? []
      : [
          {
            name: 'largest difference between levels of vector instructions',
            value: betweenLevels,
            most: 1e-6,
          },
        ]),
  ];
}
