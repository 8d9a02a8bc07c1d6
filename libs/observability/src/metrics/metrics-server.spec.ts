import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Counter } from 'prom-client';
import { createMetricsServer } from './metrics-server.js';
import { programRegistry } from './program-registry.js';

describe('the server of metrics', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  async function serve(collect: () => Promise<string>, report: (error: unknown) => void = () => undefined) {
    server = createMetricsServer(collect, report);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('shows what a registry holds, in the form of Prometheus', async () => {
    const registry = programRegistry({ program: 'test', version: '1.2.3' });
    new Counter({ name: 'things_total', help: 'Things.', registers: [registry] }).inc(2);
    const answer = await fetch(`${await serve(() => registry.metrics())}/metrics`);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await answer.text();
    expect(text).toContain('things_total 2\n');
    expect(text).toMatch(/face_build_info\{program="test",version="1\.2\.3",node_version="v\d+/);
    expect(text).toMatch(/face_event_loop_delay_seconds\{statistic="p99"\} [\d.e-]+\n/);
    expect(text).toContain('process_resident_memory_bytes');
  });

  it.each([
    ['GET', '/', 404],
    ['POST', '/metrics', 405],
    ['HEAD', '/metrics', 200],
  ])('answers %s %s with %i', async (method, path, status) => {
    const answer = await fetch(`${await serve(() => Promise.resolve('x 1\n'))}${path}`, { method });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toBe('');
  });

  it('answers a scrape that failed with 500, and reports why', async () => {
    const failure = new Error('no metrics');
    const reported: unknown[] = [];
    const url = await serve(
      () => Promise.reject(failure),
      (error) => reported.push(error),
    );
    expect((await fetch(`${url}/metrics`)).status).toBe(500);
    expect(reported).toEqual([failure]);
  });
});
