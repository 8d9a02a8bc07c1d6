import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, type ModelServer, startApi, startModelServer } from './support/product.js';
import { findPromtool, runPromtool } from './support/promtool.js';
import { Scrape } from './support/scrape.js';

const folder = join(import.meta.dirname, '../deploy/observability');
const rulesFile = readFileSync(join(folder, 'prometheus-rules.yaml'), 'utf8');
const dashboardFile = readFileSync(join(folder, 'grafana-dashboard.json'), 'utf8');
const promtool = findPromtool();

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const dashboard = JSON.parse(dashboardFile) as { readonly panels: readonly Panel[] };
const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** Names of series in PromQL; those that Prometheus makes itself are left out, and so are our recorded ones (with `:`). */
function metricsIn(text: string): string[] {
  return [...text.matchAll(/(?<![\w:])((?:face|process|nodejs)_[a-z0-9_]+)(?![\w:(])/g)].map(
    ([, name = '']) => name,
  );
}

describe('the dashboard and the alerts', () => {
  let server: ModelServer;
  let api: Api;
  let workers: Api;
  let scrapes: Scrape[];

  beforeAll(async () => {
    server = await startModelServer({ FACE_V3_MODEL_SERVER_METRICS_PORT: '0' });
    const settings = { FACE_V3_TRITON_URL: server.ready.addresses[0], FACE_V3_METRICS_PORT: '0' };
    api = await startApi(settings);
    workers = await startApi({ ...settings, FACE_V3_WORKERS: '2' });
    const urls = [server, api, workers].map(({ ready }) => ready.metricsUrl);
    scrapes = await Promise.all(urls.map((url) => Scrape.of(url)));
  });

  afterAll(async () => {
    await workers?.stop();
    await api?.stop();
    await server?.stop();
  });

  it('use only metrics that the programs show', () => {
    const shown = new Set(scrapes.flatMap(({ names }) => [...names]));
    // Expressions and sentences alike: a runbook that names a metric which is gone helps nobody.
    const used = [...queries.flatMap(metricsIn), ...metricsIn(rulesFile), ...metricsIn(dashboardFile)];
    // A histogram may be meant as a whole.
    const known = (name: string) => shown.has(name) || shown.has(`${name}_count`);
    expect(used.length).toBeGreaterThan(80);
    expect([...new Set(used)].filter((name) => !known(name))).toEqual([]);
  });

  it('leave out no metric of ours', () => {
    const used = new Set([...metricsIn(rulesFile), ...metricsIn(dashboardFile)]);
    const ours = scrapes.flatMap(({ text }) =>
      [...text.matchAll(/^# TYPE (face_\S+)/gm)].map(([, name = '']) => name),
    );
    const isUsed = (name: string) => ['', '_bucket', '_sum', '_count'].some((end) => used.has(name + end));
    expect([...new Set(ours)].filter((name) => !isUsed(name))).toEqual([]);
  });

  it('have a panel with a title and queries for each id', () => {
    const panels = dashboard.panels.filter(({ type }) => type !== 'row');
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    for (const { title, targets = [] } of panels) {
      expect(title).not.toBe('');
      expect(targets).not.toEqual([]);
    }
  });

  it('tell for each alert what to do', () => {
    const alerts = rulesFile.split(/^ *- alert: /m).slice(1);
    expect(alerts.length).toBeGreaterThan(10);
    for (const alert of alerts)
      expect(alert).toMatch(/severity: (critical|warning)[\s\S]*summary: [\s\S]*runbook: >-\n/);
  });

  describe.skipIf(promtool === undefined)('by promtool', () => {
    const check = (...args: string[]) => runPromtool(promtool ?? '', args, folder);

    it('have rules and queries that Prometheus reads', () => {
      expect(check('check', 'config', 'prometheus.yaml')).toContain('SUCCESS');
      // Every query of the dashboard as a rule of its own: promtool reads no dashboards.
      const rules = queries.map((query, index) => ({
        record: `panel:query_${index}`,
        expr: query.replace(/\$__(rate_interval|range)/g, '5m').replace(/\$(job|model_job)/g, 'x'),
      }));
      const scratch = mkdtempSync(join(tmpdir(), 'face-dashboard-'));
      writeFileSync(join(scratch, 'rules.json'), JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
      const printed = runPromtool(promtool ?? '', ['check', 'rules', 'rules.json'], scratch);
      expect(printed).toContain(`${queries.length} rules`);
      rmSync(scratch, { recursive: true });
    });

    it('raise the alerts when they should, and not when they should not', () => {
      expect(check('test', 'rules', 'prometheus-rules.test.yaml')).toContain('SUCCESS');
    });

    it('are about metrics whose names and units are conventional', () => {
      for (const { text } of scrapes) {
        expect(runPromtool(promtool ?? '', ['check', 'metrics'], folder, text)).toBe('');
      }
    });
  });
});
