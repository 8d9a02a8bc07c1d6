import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RerankAnswer, postJson, request } from '../support/client.js';
import { type LoadTarget, closedLoad, openLoad, percentile } from '../support/load.js';
import { samplePhoto } from '../support/photos.js';
import { Product } from '../support/product.js';

/** Callers that keep one thread of the model server busy. */
const callers = 6;
/** Of the best it can do. */
const overload = 4;
const seconds = 10;

describe('four times as many photos as can be embedded', () => {
  let product: Product;
  let target: LoadTarget;

  beforeAll(async () => {
    product = await Product.start({
      modelServer: { FACE_V3_MODEL_SERVER_THREADS: '1' },
      api: { FACE_V3_MAX_QUEUE_SECONDS: '0.05' },
    });
    const body = await sharp(samplePhoto('sample2.jpg')).resize(320).jpeg().toBuffer();
    target = { url: `${product.url}/api/v1/embeddings`, body, type: 'application/octet-stream' };
    await closedLoad(target, callers, 3);
  });

  afterAll(() => product.stop());

  it('leave as many answered as at capacity, soon, and the others refused at once', async () => {
    const best = await closedLoad(target, callers, seconds);
    const capacity = best.latencies.length / best.seconds;
    const before = process.cpuUsage();
    const bystanders = watchBystanders(product.url);
    const flood = await openLoad(target, overload * capacity, seconds);
    const others = await bystanders.end();
    const used = process.cpuUsage(before);

    const goodput = flood.latencies.length / flood.seconds;
    const [p99, floodP99] = [percentile(best, 0.99), percentile(flood, 0.99)];
    const memory = residentMegabytes(product.api.pid);
    process.stdout.write(
      `overload: ${capacity.toFixed(0)} answers/s at capacity, p99 ${p99.toFixed(0)} ms; asked for ${overload} times as many: ` +
        `${goodput.toFixed(0)} answers/s, p99 ${floodP99.toFixed(0)} ms, ${flood.statuses.get(429) ?? 0} of ${[...flood.statuses.values()].reduce((a, b) => a + b)} refused; ` +
        `slowest of ${others.count} /healthz and /rerank meanwhile ${others.slowest.toFixed(0)} ms; API ${memory.toFixed(0)} MB; ` +
        `load generator ${((used.user + used.system) / 1e4 / flood.seconds).toFixed(0)} % of a core\n`,
    );
    expect([...flood.statuses.keys()].toSorted((a, b) => a - b)).toEqual([200, 429]);
    expect(others.statuses).toEqual(new Set([200]));
    // Wide bounds: the machine is shared with the load generator. The figures above are the measurement.
    expect(goodput).toBeGreaterThan(0.6 * capacity);
    expect(floodP99).toBeLessThan(4 * p99);
    expect(memory).toBeLessThan(1500);
  });
});

/** Asks for what needs no photo, again and again. */
function watchBystanders(url: string) {
  const statuses = new Set<number>();
  let count = 0;
  let slowest = 0;
  let isOver = false;
  const vector = Array.from({ length: 512 }, (_, index) => Math.sin(index));
  const scores = { query_embedding: vector, candidates: [{ id: 'a', embedding: vector }] };
  const watch = async () => {
    while (!isOver) {
      const start = performance.now();
      const answers = await Promise.all([
        request(`${url}/healthz`),
        postJson<RerankAnswer>(`${url}/api/v1/rerank`, scores),
      ]);
      slowest = Math.max(slowest, performance.now() - start);
      for (const { status } of answers) statuses.add(status);
      count += answers.length;
      await sleep(100);
    }
    return { statuses, count, slowest };
  };
  const watching = watch();
  return {
    end: () => {
      isOver = true;
      return watching;
    },
  };
}

function residentMegabytes(pid: number): number {
  const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) / 1024;
}
