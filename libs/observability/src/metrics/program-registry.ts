import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';

/** How often the event loop is looked at. */
const resolutionMs = 10;

const statistics = { median: 50, p99: 99, max: 100 } as const;

/** Gauges of prom-client that are named as counters; the same numbers are there by label under right names. */
const misnamed = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** What runs here, for the metric `face_build_info`. */
export interface ProgramIdentity {
  /** As in `api`. */
  readonly program: string;
  readonly version: string;
}

/** A registry with what every program tells of itself: process, garbage collection, event loop and build. */
export function programRegistry({ program, version }: ProgramIdentity): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of misnamed) registry.removeSingleMetric(name);
  new Gauge({
    name: 'face_build_info',
    help: 'Always 1; the labels tell what runs.',
    labelNames: ['program', 'version', 'node_version'],
    aggregator: 'first',
    registers: [registry],
  }).set({ program, version, node_version: process.version }, 1);
  addEventLoopDelay(registry);
  return registry;
}

/**
 * The delay of the event loop since the last scrape. Of several processes the worst counts: prom-client's own
 * nodejs_eventloop_lag_* are averaged over them, and hold the interval of the timer that measures.
 */
function addEventLoopDelay(registry: Registry): void {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  new Gauge({
    name: 'face_event_loop_delay_seconds',
    help: 'How late the event loop did what was due, since the last scrape; of several processes the largest.',
    labelNames: ['statistic'],
    aggregator: 'max',
    registers: [registry],
    collect() {
      for (const [statistic, percentile] of Object.entries(statistics)) {
        const nanoseconds = delays.count === 0 ? 0 : delays.percentile(percentile);
        this.set({ statistic }, Math.max(0, nanoseconds / 1e9 - resolutionMs / 1000));
      }
      delays.reset();
    },
  });
}
