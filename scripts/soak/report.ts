import { type Panel, drawPanels } from './plot.ts';
import { type Sample, handlesOf, percentile } from './sample.ts';
import { type Point, type Trend, type Verdict, trendOf, verdictOf } from './trend.ts';

/** How the soak was run. */
export interface SoakConditions {
  readonly date: string;
  readonly machine: string;
  readonly minutes: number;
  readonly share: number;
  /** Requests a second of a closed loop. */
  readonly capacity: number;
  /** Seconds that are not judged: caches, pools and heaps find their size. */
  readonly warmUp: number;
}

interface Judged extends Trend {
  readonly verdict: Verdict;
}

export interface SoakReport extends SoakConditions {
  readonly requests: number;
  readonly ends: Readonly<Record<string, number>>;
  /** Ends that were not the right ones. */
  readonly surprises: Readonly<Record<string, number>>;
  readonly p99Milliseconds: number;
  readonly memory: { readonly api: Judged; readonly modelServer: Judged };
  readonly handles: { readonly api: Judged; readonly modelServer: Judged };
  /** Of the load generator, as a share of one core. */
  readonly generatorCpu: number;
}

export function reportOf(
  conditions: SoakConditions,
  samples: readonly Sample[],
  generatorCpu: number,
): SoakReport {
  const judged = (of: (sample: Sample) => number): Judged => {
    const points = afterWarmUp(conditions, samples).map((sample): Point => [sample.seconds, of(sample)]);
    return { ...trendOf(points), verdict: verdictOf(points) };
  };
  return {
    ...conditions,
    requests: samples.reduce((sum, { load }) => sum + load.sent, 0),
    ends: sumOf(samples.map(({ load }) => load.ends)),
    surprises: sumOf(samples.map(({ load }) => load.surprises)),
    p99Milliseconds: percentile(
      afterWarmUp(conditions, samples).flatMap(({ load }) => load.latencies),
      0.99,
    ),
    memory: {
      api: judged(({ api }) => api.residentMegabytes),
      modelServer: judged(({ modelServer }) => modelServer.residentMegabytes),
    },
    handles: { api: judged(handlesOf('api')), modelServer: judged(handlesOf('modelServer')) },
    generatorCpu,
  };
}

/** What went wrong, in words; empty when nothing did. */
export function faultsOf({ surprises, memory, handles }: SoakReport): string[] {
  const grown = [
    ['memory of the API', memory.api],
    ['memory of the model server', memory.modelServer],
    ['number of open handles of the API', handles.api],
    ['number of open handles of the model server', handles.modelServer],
  ] as const;
  return [
    ...Object.entries(surprises).map(([what, times]) => `${times} times an end that is not right, ${what}.`),
    ...grown
      .filter(([, { verdict }]) => verdict === 'rising')
      .map(([what, { early, late }]) => `The ${what} rises: ${early.toFixed(0)} to ${late.toFixed(0)}.`),
  ];
}

/** The report for a terminal. */
export function reportLines(report: SoakReport): string[] {
  const trend = ({ early, late, highest, slope, verdict }: Judged, unit: string) =>
    `${verdict} (median of the first third ${early.toFixed(0)}${unit}, of the last ${late.toFixed(0)}${unit}; highest ${highest.toFixed(0)}${unit}; slope ${slope.toFixed(1)}${unit} an hour)`;
  const ends = Object.entries(report.ends).map(([end, times]) => `${times} x ${end}`);
  return [
    `${report.requests} requests in ${report.minutes} min, ${(report.capacity * report.share).toFixed(1)} a second, ` +
      `${Math.round(report.share * 100)} % of the ${report.capacity.toFixed(1)} that a closed loop gets done: ${ends.join(', ')}`,
    `p99 of the answers ${report.p99Milliseconds.toFixed(0)} ms; load generator ${Math.round(report.generatorCpu * 100)} % of a core`,
    `memory of the API: ${trend(report.memory.api, ' MB')}`,
    `memory of the model server: ${trend(report.memory.modelServer, ' MB')}`,
    `handles of the API: ${trend(report.handles.api, '')}`,
    `handles of the model server: ${trend(report.handles.modelServer, '')}`,
  ];
}

export function plotOf({ warmUp }: SoakConditions, samples: readonly Sample[]): string {
  const line = (name: string, of: (sample: Sample) => number) => ({
    name,
    points: samples.map((sample) => [sample.seconds / 60, of(sample)] as const),
  });
  const panels: Panel[] = [
    {
      title: 'Resident memory, MB',
      series: [
        line('API', ({ api }) => api.residentMegabytes),
        line('model server', ({ modelServer }) => modelServer.residentMegabytes),
        line('JavaScript heap of the API', ({ apiHeapMegabytes }) => apiHeapMegabytes),
      ],
    },
    {
      title: 'Open handles',
      series: [line('API', handlesOf('api')), line('model server', handlesOf('modelServer'))],
    },
    {
      title: 'Milliseconds, of ten seconds each',
      series: [
        line('median of the answers', ({ load }) => percentile(load.latencies, 0.5)),
        line('p99 of the answers', ({ load }) => percentile(load.latencies, 0.99)),
        line('p99 of the event loop', ({ apiLoopDelayP99 }) => apiLoopDelayP99),
      ],
    },
  ];
  return drawPanels(panels, 'minutes; grey: warm-up', warmUp / 60);
}

function afterWarmUp({ warmUp }: SoakConditions, samples: readonly Sample[]): Sample[] {
  return samples.filter(({ seconds }) => seconds >= warmUp);
}

function sumOf(maps: readonly ReadonlyMap<string, number>[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const [key, times] of maps.flatMap((map) => [...map])) sums.set(key, (sums.get(key) ?? 0) + times);
  return Object.fromEntries([...sums].sort(([a], [b]) => a.localeCompare(b)));
}
