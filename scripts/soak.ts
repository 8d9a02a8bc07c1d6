/**
 * `npm run soak [-- --minutes 60] [--share 0.7] [--out FOLDER]`: a mix of requests at a constant rate for an hour, and
 * whether memory and handles of the product stay where they are. Fails when they do not, or an answer is not right.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ApiClient } from './measure/api-client.ts';
import { describeMachine, today } from './measure/machine.ts';
import { withProduct } from './measure/measured-product.ts';
import { WrongValue, option, text, wholeNumber } from './run/command-line-values.ts';
import { readCommandLine } from './run/command-line.ts';
import { Interrupted, TaskFailure } from './run/failure.ts';
import type { Product } from './run/product.ts';
import { runTask } from './run/task.ts';
import { fetchSamplePhotos } from './setup/prepare.ts';
import { samplePhotoPath } from './setup/sample-photos.ts';
import { readApiMetrics } from './soak/api-metrics.ts';
import { MixedLoad } from './soak/mixed-load.ts';
import { readResources } from './soak/process-resources.ts';
import { faultsOf, plotOf, reportLines, reportOf } from './soak/report.ts';
import { RequestMix } from './soak/request-mix.ts';
import { type Sample, samplesToCsv } from './soak/sample.ts';

/** Callers of the closed loop that finds the capacity: more only wait longer. */
const callers = 8;
const capacitySeconds = 20;
const sampleSeconds = 10;
const photoNames = ['sample1.jpg', 'sample2.jpg', 'sample3.jpg', 'sample4.jpg', 'sample5.jpg', 'sample6.jpg'];

/** A whole capacity, or none, would be another test. */
function share(given: string): number {
  const value = /^(\d*\.)?\d+$/.test(given) ? Number(given) : Number.NaN;
  if (value >= 0.05 && value <= 0.95) return value;
  throw new WrongValue('a number from 0.05 to 0.95');
}

const { values: options } = readCommandLine({
  command: 'npm run soak',
  about:
    'Starts the API and a model server with one inference thread, finds out how many requests of a mix they can answer, offers a share of that, and tells whether memory and handles grow.',
  options: {
    minutes: option('N', 'minutes of load; 60 by default', wholeNumber(1, 1440), 60),
    share: option('S', 'of the capacity that is offered; 0.7 by default', share, 0.7),
    out: option('FOLDER', 'for soak.csv, soak.json and soak.svg; dist/soak by default', text, 'dist/soak'),
  },
});

await runTask(async (interruption) => {
  if (process.platform !== 'linux')
    throw new TaskFailure('Memory and handles are read from /proc: Linux only.');
  const { minutes } = options;
  const folder = resolve(options.out);
  const { asked } = interruption;
  mkdirSync(folder, { recursive: true });

  const soak = async (product: Product) => {
    if (!(await fetchSamplePhotos(process.env, asked)))
      throw new TaskFailure('The photos could not be fetched.');
    const photos = photoNames.map((name) => readFileSync(samplePhotoPath(process.env, name)));
    const { dimension } = await new ApiClient(product.url).model();
    const load = new MixedLoad(product.url, await RequestMix.make('mix', photos, dimension));
    // Also what compiles and fills caches: not counted.
    await load.closed(callers, capacitySeconds / 4, asked);
    load.takeWindow();
    await load.closed(callers, capacitySeconds, asked);
    const capacity = load.takeWindow().sent / capacitySeconds;
    // Three minutes are judged after 30 s, an hour after ten minutes.
    const warmUp = minutes * 10;
    const conditions = {
      date: today(),
      machine: describeMachine(),
      minutes,
      share: options.share,
      capacity,
      warmUp,
    };
    process.stdout.write(
      `  capacity ${capacity.toFixed(1)} requests/s; ${(capacity * options.share).toFixed(1)} of them for ${minutes} min\n`,
    );

    const samples: Sample[] = [];
    const cpuBefore = process.cpuUsage();
    const start = performance.now();
    let isOver = false;
    const sending = load.open(capacity * options.share, minutes * 60, asked).finally(() => (isOver = true));
    const write = () => {
      writeFileSync(join(folder, 'soak.csv'), samplesToCsv(samples));
      writeFileSync(join(folder, 'soak.svg'), plotOf(conditions, samples));
    };
    while (!isOver) {
      await Promise.race([sending, pause(sampleSeconds * 1000)]);
      samples.push(await sample(product, load, (performance.now() - start) / 1000));
      // So far, for whoever does not want to wait.
      write();
    }
    await sending;
    if (asked.aborted) throw new Interrupted();
    const { user, system } = process.cpuUsage(cpuBefore);
    const generatorCpu = (user + system) / 1000 / (performance.now() - start);
    load.end();
    const report = reportOf(conditions, samples, generatorCpu);
    writeFileSync(join(folder, 'soak.json'), `${JSON.stringify(report, null, 2)}\n`);
    return report;
  };

  const report = await withProduct(interruption, soak, {
    // Its memory is looked at, too.
    FACE_V3_TRITON_URL: '',
    FACE_V3_MODEL_SERVER_THREADS: '1',
    FACE_V3_WORKERS: '1',
    FACE_V3_METRICS_PORT: '0',
  });
  const faults = faultsOf(report);
  process.stdout.write([...reportLines(report), ...faults, `Written to ${folder}.`, ''].join('\n'));
  return faults.length === 0 ? 0 : 1;
});

async function sample(product: Product, load: MixedLoad, seconds: number): Promise<Sample> {
  const pidOf = (wanted: string) => product.programs.find(({ name }) => name === wanted)?.pid ?? 0;
  const metrics = await readApiMetrics(product.metricsUrl);
  return {
    seconds,
    api: readResources(pidOf('api')),
    modelServer: readResources(pidOf('model-server')),
    apiHeapMegabytes: metrics.heapMegabytes,
    apiExternalMegabytes: metrics.externalMegabytes,
    apiLoopDelayP99: metrics.loopDelayP99,
    load: load.takeWindow(),
  };
}
