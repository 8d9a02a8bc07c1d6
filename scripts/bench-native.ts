/**
 * `npm run bench:native [-- peaks scores variants sizes] [--rounds 20] [--milliseconds 25] [--build FOLDER]
 * [--embeddings FILE --dimension 512 [--photos FOLDER]]`: measures librerank_compute in turns with plain C, with
 * numpy and with what one core can do at most. All parts together write docs/native-performance.md.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
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
import { readCommandLine } from './run/command-line.ts';
import { oneOf, option, positiveNumber, readEach, text, wholeNumber } from './run/command-line-values.ts';
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

const { values, operands } = readCommandLine({
  command: 'npm run bench:native',
  about:
    'Measures librerank_compute in turns with plain C, with numpy and with what one core can do at most. All parts together write docs/native-performance.md.',
  operands: {
    argument: '[PART ...]',
    about: `of ${Object.keys(parts).join(', ')}; all of them by default`,
    read: readEach(oneOf(Object.keys(parts))),
  },
  options: {
    rounds: option('N', '20 by default', wholeNumber(1), 20),
    milliseconds: option('N', 'of a contender in a round; 25 by default', positiveNumber, 25),
    build: option('FOLDER', 'an own build of native-libs', text, undefined),
    embeddings: option('FILE', 'float32 numbers of real embeddings, for the part scores', text, undefined),
    dimension: option('N', 'of them; 512 by default', wholeNumber(1), 512),
    photos: option(
      'FOLDER',
      'of whose photos the embeddings are made when their file is missing',
      text,
      undefined,
    ),
  },
});
const { rounds, milliseconds } = values;

await runTask(async (interruption) => {
  const stop = interruption.asked;
  const chosen = Object.entries(parts)
    .filter(([name]) => operands.length === 0 || operands.includes(name))
    .map(([, part]) => part);
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
    if (operands.length === 0) writeFileSync(join(root, 'docs/native-performance.md'), `${text}\n`);
    return targets.every(isReached) ? 0 : 1;
  } finally {
    await bench.close();
  }
});

async function givenEmbeddings(interruption: Interruption): Promise<DataSet | undefined> {
  if (values.embeddings === undefined) return undefined;
  const file = resolve(values.embeddings);
  if (!existsSync(file)) {
    if (values.photos === undefined) {
      throw new TaskFailure(`${file} is missing. --photos FOLDER makes it of the photos of a folder.`);
    }
    await embedPhotos(resolve(values.photos), file, interruption);
  }
  return readEmbeddings(file, values.dimension);
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
