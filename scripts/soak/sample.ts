import type { LoadWindow } from './mixed-load.ts';
import { type ProcessResources, handleKinds, totalHandles } from './process-resources.ts';

/** One look at everything. */
export interface Sample {
  /** Since the load began. */
  readonly seconds: number;
  readonly api: ProcessResources;
  readonly modelServer: ProcessResources;
  /** Bytes of JavaScript's heap in use, and of memory outside of it that objects hold, in the API. */
  readonly apiHeapMegabytes: number;
  readonly apiExternalMegabytes: number;
  /** Milliseconds, since the last look. */
  readonly apiLoopDelayP99: number;
  readonly load: LoadWindow;
}

/** @param share of those that were faster */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** All samples with a header line; statuses are columns of their own. */
export function samplesToCsv(samples: readonly Sample[]): string {
  const ends = [...new Set(samples.flatMap(({ load }) => [...load.ends.keys()]))].sort();
  const header = [
    'seconds',
    ...['api', 'model_server'].flatMap((program) => [
      `${program}_resident_mb`,
      `${program}_anonymous_mb`,
      `${program}_threads`,
      ...handleKinds.map((kind) => `${program}_${kind}`),
      `${program}_cpu_seconds`,
    ]),
    'api_heap_mb',
    'api_external_mb',
    'api_loop_delay_p99_ms',
    'sent',
    'in_flight',
    'p50_ms',
    'p99_ms',
    ...ends.map((end) => `ended_${end.replaceAll(' ', '_')}`),
  ];
  const rows = samples.map((sample) => [
    sample.seconds.toFixed(0),
    ...resourceCells(sample.api),
    ...resourceCells(sample.modelServer),
    sample.apiHeapMegabytes.toFixed(1),
    sample.apiExternalMegabytes.toFixed(1),
    sample.apiLoopDelayP99.toFixed(1),
    sample.load.sent,
    sample.load.inFlight,
    percentile(sample.load.latencies, 0.5).toFixed(1),
    percentile(sample.load.latencies, 0.99).toFixed(1),
    ...ends.map((end) => sample.load.ends.get(end) ?? 0),
  ]);
  return [header, ...rows].map((cells) => `${cells.join(',')}\n`).join('');
}

function resourceCells(resources: ProcessResources): string[] {
  return [
    resources.residentMegabytes.toFixed(1),
    resources.anonymousMegabytes.toFixed(1),
    String(resources.threads),
    ...handleKinds.map((kind) => String(resources.handles[kind])),
    resources.cpuSeconds.toFixed(1),
  ];
}

export const handlesOf = (program: 'api' | 'modelServer') => (sample: Sample) =>
  totalHandles(sample[program]);
