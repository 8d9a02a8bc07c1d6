import { TaskFailure } from '../run/failure.ts';

export interface ApiMetrics {
  readonly heapMegabytes: number;
  readonly externalMegabytes: number;
  /** Milliseconds, since the last look. */
  readonly loopDelayP99: number;
}

/** Reads of the API's own metrics what /proc does not tell. */
export async function readApiMetrics(url: string | undefined): Promise<ApiMetrics> {
  if (url === undefined) throw new TaskFailure('The API shows no metrics.');
  const text = await (await fetch(url)).text();
  const value = (series: string) => {
    const line = text.split('\n').find((each) => each.startsWith(`${series} `));
    if (line === undefined) throw new TaskFailure(`The metric ${series} is missing.`);
    return Number(line.slice(series.length));
  };
  return {
    heapMegabytes: value('nodejs_heap_size_used_bytes') / 2 ** 20,
    externalMegabytes: value('nodejs_external_memory_bytes') / 2 ** 20,
    loopDelayP99: value('face_event_loop_delay_seconds{statistic="p99"}') * 1000,
  };
}
