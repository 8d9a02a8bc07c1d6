import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Settings as ApiSettings } from '../../apps/api/src/config/settings.js';
import { Settings as ModelServerSettings } from '../../apps/model-server/src/config/settings.js';
import { Chart, chartFolder } from '../support/chart.js';
import { type Manifest, environmentOf, podOf, selectorOf, selects } from '../support/manifests.js';

const source = (name: string) => readFileSync(join(chartFolder, '../../observability', name), 'utf8');
const chart = await Chart.find();

/** Ports of the metrics of each component, by the file of values that installs it. */
const ports = {
  'model-server-values.yaml': { api: 9464, 'model-server': 9465 },
  'triton-values.yaml': { api: 9464, triton: 8002 },
} as const;

describe('monitoring in the Helm chart', () => {
  if (chart === undefined) {
    it.skip('needs helm and kubernetes-validate');
    return;
  }
  const render = (values: string, ...settings: string[]) =>
    chart.render(values, ...settings.flatMap((each) => ['--set', each])).map(({ manifest }) => manifest);
  const ofKind = (manifests: readonly Manifest[], kind: string) =>
    manifests.filter((each) => each.kind === kind);
  const containerOf = (manifests: readonly Manifest[], component: string) => {
    const found = ofKind(manifests, 'Deployment').find(
      ({ metadata }) => metadata.labels['app.kubernetes.io/component'] === component,
    );
    const [container] = (found === undefined ? undefined : podOf(found))?.containers ?? [];
    if (container === undefined) throw new Error(`there is no ${component}`);
    return container;
  };

  describe.each(Object.entries(ports))('with %s', (values, expected) => {
    const manifests = render(values, 'serviceMonitor.enabled=true');

    it('shows metrics at a port of each pod, which its settings name', () => {
      const keys = { FACE_V3_API_KEY: 'a-key-of-some-caller', FACE_V3_API_KEY_FILE: '' };
      const api = environmentOf(containerOf(manifests, 'api'));
      // Files of the cluster are not here.
      const here = { FACE_V3_TRITON_METADATA_FILE: '' };
      expect(new ApiSettings({ ...api, ...keys, ...here }).metrics).toEqual({ host: '0.0.0.0', port: 9464 });
      if ('model-server' in expected) {
        const server = environmentOf(containerOf(manifests, 'model-server'));
        expect(new ModelServerSettings(server).metrics).toEqual({ host: '0.0.0.0', port: 9465 });
      }
      for (const [component, port] of Object.entries(expected)) {
        expect(containerOf(manifests, component).ports).toContainEqual({
          name: 'metrics',
          containerPort: port,
        });
      }
    });

    it('has a ServiceMonitor for each, which finds one service with that port, and the job of the alerts', () => {
      const monitors = ofKind(manifests, 'ServiceMonitor');
      expect(monitors).toHaveLength(Object.keys(expected).length);
      for (const [component, port] of Object.entries(expected)) {
        const monitor = monitors.find(
          ({ metadata }) => metadata.labels['app.kubernetes.io/component'] === component,
        );
        const selector = (monitor && selectorOf(monitor)) ?? {};
        const found = ofKind(manifests, 'Service')
          .filter(({ metadata }) => selects(selector, metadata.labels))
          .flatMap(({ spec }) => spec.ports ?? [])
          .filter(({ name }) => name === 'metrics');
        expect(found).toEqual([{ name: 'metrics', port, targetPort: 'metrics', appProtocol: 'http' }]);
        expect(monitor?.spec.endpoints).toEqual([
          {
            port: 'metrics',
            path: '/metrics',
            interval: '15s',
            relabelings: [{ action: 'replace', targetLabel: 'job', replacement: `face-search-${component}` }],
          },
        ]);
      }
    });

    it('lets nobody but the monitoring read them, also where everybody may call', () => {
      const peers = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }];
      const rules = (all: readonly Manifest[]) =>
        ofKind(all, 'NetworkPolicy').map(({ spec }) =>
          (spec.ingress ?? []).filter((rule) => rule.ports.some(({ port }) => port === 'metrics')),
        );
      const only = { ports: [{ port: 'metrics' }], from: peers };
      expect(rules(manifests)).toEqual([[only], [only]]);
      expect(rules(render(values, 'networkPolicy.monitoring=null'))).toEqual([[], []]);
    });

    it('does not offer them where callers come in', () => {
      const callers = ofKind(manifests, 'Service').find(({ spec }) => spec.ports?.[0]?.name === 'http');
      expect(callers?.spec.ports).toHaveLength(1);
      const others = ofKind(manifests, 'Service').filter((each) => each !== callers);
      for (const { spec } of others) expect(spec.clusterIP).toBe('None');
    });
  });

  it('brings the alerts and the dashboard as they are in deploy/observability', () => {
    const manifests = render('triton-values.yaml');
    const [rule] = ofKind(manifests, 'PrometheusRule');
    expect(rule?.metadata.labels['release']).toBe('prometheus');
    expect(rule?.spec.groups).toHaveLength(3);
    // By the text: nothing here reads YAML but the Python of the other tests.
    const indented = source('prometheus-rules.yaml').trim().replace(/^/gm, '  ');
    const { stdout } = chart.template('triton-values.yaml');
    expect(stdout.includes(`spec:\n${indented}\n`)).toBe(true);
    const [dashboard] = ofKind(manifests, 'ConfigMap');
    expect(dashboard?.metadata.labels['grafana_dashboard']).toBe('1');
    expect(dashboard?.data).toEqual({
      'face-search-backend.json': `${source('grafana-dashboard.json').trim()}\n`,
    });
  });

  it('names the jobs of the alerts', () => {
    const named = [...source('prometheus-rules.yaml').matchAll(/job="([^"]+)"/g)].map(([, job]) => job);
    expect(named.length).toBeGreaterThan(2);
    for (const job of named) expect(['face-search-api', 'face-search-model-server']).toContain(job);
  });

  it('asks for no kinds of others unless it is told to', () => {
    const kinds = render('model-server-values.yaml').map(({ kind }) => kind);
    for (const kind of ['ServiceMonitor', 'PrometheusRule', 'ConfigMap']) expect(kinds).not.toContain(kind);
  });

  it('shows no metrics where they are off', () => {
    const manifests = render('external-values.yaml');
    expect(JSON.stringify(manifests)).not.toMatch(/metrics/i);
    const { code, stderr } = chart.template('external-values.yaml', '--set', 'prometheusRule.enabled=true');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/metrics[/.]enabled/)]);
  });
});
