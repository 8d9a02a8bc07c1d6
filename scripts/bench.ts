/**
 * `npm run bench [-- --only A8,D512] [--server name=url,key=K,pid=P]... [--photo FILE] [--rounds 5] [--seconds 3]`:
 * starts the product and measures it over HTTP, in turns with the bare models and with other servers of the same
 * contract. A run of all scenarios writes docs/performance.md, all but what follows the mark in it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Contender } from './bench/contender.ts';
import { DirectContender } from './bench/direct-contender.ts';
import { HttpContender } from './bench/http-contender.ts';
import { LoopDelay } from './bench/loop-delay.ts';
import { oneFacePhoto } from './bench/one-face-photo.ts';
import { packModels } from './bench/pack-models.ts';
import { resultTable, scenarioMeanings, type ScenarioRounds } from './bench/report.ts';
import type { Round } from './bench/round.ts';
import {
  isWanted,
  planScenarios,
  readWanted,
  type Scenario,
  scenarioNames,
  type ScenarioPlan,
} from './bench/scenarios.ts';
import { parseServer } from './bench/server-option.ts';
import { describeMachine, today } from './measure/machine.ts';
import { table } from './measure/markdown.ts';
import { withProduct } from './measure/measured-product.ts';
import { readCommandLine } from './run/command-line.ts';
import {
  existingFile,
  option,
  positiveNumber,
  repeatedOption,
  wholeNumber,
} from './run/command-line-values.ts';
import { type Environment, setting } from './run/environment.ts';
import { Interrupted } from './run/failure.ts';
import type { Product } from './run/product.ts';
import { root } from './run/root.ts';
import { runTask } from './run/task.ts';

const { values } = readCommandLine({
  command: 'npm run bench',
  about:
    'Starts the product and measures it over HTTP, in turns with the bare models and with other servers of the same contract. A run of all scenarios writes docs/performance.md, all but what follows the mark in it.',
  options: {
    only: option(
      'NAMES',
      `scenarios, or beginnings of their names, such as A8,D512: ${scenarioNames.join(', ')}`,
      readWanted,
      [] as string[],
    ),
    server: repeatedOption(
      'SERVER',
      'name=http://host:port[,key=K][,pid=P[+Q]], another server of the contract; may be given again',
      parseServer,
    ),
    photo: option('FILE', 'a JPEG with one face', existingFile, undefined),
    rounds: option('N', '5 by default', wholeNumber(1), 5),
    seconds: option('N', 'of each contender in a round; 3 by default', positiveNumber, 3),
  },
});
const { only: wanted, server: others, rounds, seconds } = values;
/** Dimension of production, for which the product is started a second time. */
const largeDimension = 1024;
/** Requests after which memory is compared: what grows with requests shows between the two. */
const memoryMarks = [1000, 10_000];

const report = join(root, 'docs/performance.md');
/** What follows it in the report was written by hand. */
const byHand = '<!-- `npm run bench` leaves alone what follows. -->';

const loopDelay = new LoopDelay();

await runTask(async (interruption) => {
  const results: ScenarioRounds[] = [];
  let label = '';
  let memory: string[][] = [];

  const measureAll = async (product: Product, environment: Environment, large: boolean) => {
    const { photo, label: photoLabel } = await oneFacePhoto(values.photo, product.url, environment);
    label = photoLabel;
    const plans = planScenarios(photo);
    const names = plans.map(({ name }) => name);
    const chosen = plans.filter(
      ({ name, dimension }) => isWanted(name, wanted, names) && (dimension === largeDimension) === large,
    );
    const ours = productContender(product);
    const threads = Number(setting(environment, 'FACE_V3_MODEL_SERVER_THREADS') ?? availableParallelism());
    const direct = await DirectContender.open(large ? [] : await packModels(environment), threads);
    const contenders: Contender[] = [ours, direct, ...others];
    for (const plan of chosen) results.push(await measureScenario(plan, contenders));
    await direct.close();
    if (!large && (wanted.length === 0 || wanted.includes('M'))) {
      memory = await measureMemory(
        ours,
        plans.find(({ name }) => name === 'A8'),
      );
    }
  };

  const measureScenario = async (
    plan: ScenarioPlan,
    contenders: readonly Contender[],
  ): Promise<ScenarioRounds> => {
    const scenario: Scenario = { ...plan, body: await plan.makeBody() };
    const fit: Contender[] = [];
    for (const contender of contenders) {
      const refusal = await contender.refusal(scenario);
      if (refusal === undefined) fit.push(contender);
      else if (contender instanceof HttpContender) {
        process.stdout.write(`  ${plan.name}: ${contender.name} is left out, ${refusal}\n`);
      }
    }
    for (const contender of fit) await contender.run(scenario, Math.min(1, seconds));
    const done = new Map<string, Round[]>(fit.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      // In turns, and each goes first as often as the other.
      for (const contender of round % 2 === 0 ? fit : fit.toReversed()) {
        if (interruption.asked.aborted) throw new Interrupted();
        done.get(contender.name)?.push(await contender.run(scenario, seconds));
      }
    }
    const result = { scenario: plan.name, rounds: done };
    process.stdout.write(`${resultTable([result])}\n`);
    return result;
  };

  const measureMemory = async (ours: HttpContender, plan: ScenarioPlan | undefined): Promise<string[][]> => {
    if (plan === undefined) return [];
    const scenario: Scenario = { ...plan, body: await plan.makeBody() };
    const rows: string[][] = [];
    let requests = 0;
    for (const mark of memoryMarks) {
      while (requests < mark) {
        if (interruption.asked.aborted) throw new Interrupted();
        requests += (await ours.run(scenario, 1)).latencies.length;
      }
      rows.push([String(requests), ours.residentMegabytes().toFixed(0)]);
    }
    return rows;
  };

  const started = (large: boolean, settings: Environment) =>
    withProduct(interruption, (product, environment) => measureAll(product, environment, large), {
      ...settings,
      ...loopDelay.environment,
    });
  await started(false, {});
  const largeNames = ['D', `D${largeDimension}`, 'L'];
  if (wanted.length === 0 || wanted.some((name) => largeNames.some((large) => name.startsWith(large)))) {
    await started(true, { FACE_V3_EMBEDDING_DIMENSION: String(largeDimension) });
  }

  const text = [
    '# Performance',
    `Measured with \`npm run bench\` on ${today()}: ${describeMachine()}; load generator on the same machine. Photo: ${label}. ${rounds} rounds of ${seconds} s, contenders in turns; requests/s and CPU are medians of the rounds, "product / this" is the median ratio of neighbouring rounds. "models only" is onnxruntime with the same models and as many threads, without decoding, alignment and servers: one run of each model counts as a request.${others.map(({ name }) => ` "${name}" is another server of the same contract.`).join('')}`,
    ...(results.length === 0 ? [] : [scenarioMeanings(), resultTable(results)]),
    ...(memory.length === 0
      ? []
      : [`## Memory\n\n${table(['requests', 'resident MB, both programs'], memory)}`]),
  ].join('\n\n');
  process.stdout.write(`\n${text}\n`);
  if (wanted.length === 0) {
    const before = readFileSync(report, 'utf8');
    const kept = before.includes(byHand) ? before.slice(before.indexOf(byHand)) : '';
    writeFileSync(report, `${text}\n${kept === '' ? '' : `\n${kept}`}`);
  }
  return 0;
});

function productContender(product: Product): HttpContender {
  const parts = Object.fromEntries(product.programs.map(({ name, pid }) => [name, [pid]]));
  return new HttpContender('product', { url: product.url, key: '', parts, loopDelay });
}
