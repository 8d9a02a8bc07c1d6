/**
 * `npm run quality [-- lfw operating wider studio noface awkward rerank merge] [--data FOLDER]`: starts the product and measures through
 * its HTTP API how well it finds and recognises faces. All parts together write docs/quality.md.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ApiClient } from './measure/api-client.ts';
import { describeMachine, today } from './measure/machine.ts';
import { table } from './measure/markdown.ts';
import { withProduct } from './measure/measured-product.ts';
import { measureAwkward } from './quality/awkward.measurement.ts';
import { lfwPortraits } from './quality/lfw-portraits.ts';
import { measureLfw } from './quality/lfw.measurement.ts';
import { measureMerge } from './quality/merge.measurement.ts';
import { isReached, type Measurement, type MeasurementInput, share } from './quality/measurement.ts';
import { measureNoFace } from './quality/noface.measurement.ts';
import { measureOperatingPoints } from './quality/operating.measurement.ts';
import { measureRerank } from './quality/rerank.measurement.ts';
import { measureStudio } from './quality/studio.measurement.ts';
import { measureWider } from './quality/wider.measurement.ts';
import { readCommandLine } from './run/command-line.ts';
import { oneOf, option, readEach, text } from './run/command-line-values.ts';
import { setting } from './run/environment.ts';
import { Interrupted } from './run/failure.ts';
import { root } from './run/root.ts';
import { runTask } from './run/task.ts';

interface Part {
  /** Folder of the photo collection, below the data folder. */
  readonly folder: string;
  readonly measure: (input: MeasurementInput) => Promise<Measurement>;
}

const parts: Readonly<Record<string, Part>> = {
  lfw: { folder: 'lfw', measure: measureLfw },
  operating: { folder: 'lfw', measure: measureOperatingPoints },
  wider: { folder: 'detect/wider', measure: measureWider },
  studio: { folder: 'detect/studio', measure: measureStudio },
  noface: { folder: 'detect/noface', measure: measureNoFace },
  awkward: { folder: 'awkward', measure: measureAwkward },
  rerank: { folder: 'lfw', measure: measureRerank },
  merge: { folder: 'lfw', measure: measureMerge },
};

const { values, operands } = readCommandLine({
  command: 'npm run quality',
  about:
    'Starts the product and measures through its HTTP API how well it finds and recognises faces. All parts together write docs/quality.md.',
  operands: {
    argument: '[PART ...]',
    about: `of ${Object.keys(parts).join(', ')}; all of them by default`,
    read: readEach(oneOf(Object.keys(parts))),
  },
  options: {
    data: option('FOLDER', 'with the photo collections', text, join(root, '../shared/data')),
  },
});

await runTask(async (interruption) => {
  const data = resolve(values.data);
  const wanted = Object.entries(parts).filter(([name]) => operands.length === 0 || operands.includes(name));
  const present = wanted.filter(([, { folder }]) => existsSync(join(data, folder)));
  const missing = wanted.filter((part) => !present.includes(part));
  if (missing.length > 0) {
    const names = missing.map(([name, { folder }]) => `${name} (${folder})`).join(', ');
    process.stdout.write(`  skipped, not in the folder ${data}: ${names}\n`);
  }
  if (present.length === 0) return 0;

  const { title, measurements } = await withProduct(interruption, async (product) => {
    const client = new ApiClient(product.url);
    const { contract_id, dimension } = await client.model();
    const pack = setting(process.env, 'FACE_V3_MODEL_PACK') ?? 'the default model pack';
    const lfw = lfwPortraits(client, join(data, 'lfw'));
    const input = { client, data, lfw, stop: interruption.asked };
    const done: Measurement[] = [];
    for (const [name, { measure }] of present) done.push(await timed(name, () => measure(input)));
    return {
      title: `Measured through the HTTP API with \`npm run quality\` on ${today()}: ${pack}, contract ${contract_id}, ${dimension} numbers a face. ${describeMachine()}.`,
      measurements: done,
    };
  });

  const targets = measurements.flatMap((each) => each.targets);
  const ownPack = setting(process.env, 'FACE_V3_MODEL_PACK') === undefined;
  const sections = [
    '# Quality',
    title,
    ...measurements.map(({ section }) => section),
    ...(ownPack ? [`## Targets\n\n${targetTable(targets)}`] : []),
  ];
  process.stdout.write(`\n${sections.join('\n\n')}\n`);
  if (ownPack && present.length === Object.keys(parts).length) {
    writeFileSync(join(root, 'docs/quality.md'), `${sections.join('\n\n')}\n`);
  }
  return ownPack && !targets.every(isReached) ? 1 : 0;

  async function timed<Result>(name: string, measure: () => Promise<Result>): Promise<Result> {
    const start = performance.now();
    try {
      return await measure();
    } catch (error) {
      if (interruption.asked.aborted) throw new Interrupted();
      throw error;
    } finally {
      process.stdout.write(`  ${name}: ${((performance.now() - start) / 1000).toFixed(0)} s\n`);
    }
  }
});

function targetTable(targets: Measurement['targets']): string {
  const rows = targets.map((target) => {
    const { name, value, least, most } = target;
    const bound = least === undefined ? `at most ${most}` : `at least ${share(least)}`;
    return [
      name,
      least === undefined ? String(value) : share(value),
      bound,
      isReached(target) ? 'yes' : 'no',
    ];
  });
  return table(['target', 'measured', 'wanted', 'reached'], rows);
}
