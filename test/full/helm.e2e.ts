import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Settings as ApiSettings } from '../../apps/api/src/config/settings.js';
import { Settings as ModelServerSettings } from '../../apps/model-server/src/config/settings.js';
import { Chart, type Rendered, chartFolder, kubernetesVersions } from '../support/chart.js';
import { environmentOf, podOf, selectorOf, selects } from '../support/manifests.js';

const chart = await Chart.find();

describe('the Helm chart', () => {
  if (chart === undefined) {
    it.skip('needs helm and kubernetes-validate');
    return;
  }
  let folder: string;
  const rendered = new Map<string, readonly Rendered[]>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'face-helm-'));
    for (const values of chart.valueFiles) rendered.set(values, chart.render(values));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const manifests = (values: string) => (rendered.get(values) ?? []).map(({ manifest }) => manifest);
  const ofKind = (values: string, kind: string) => manifests(values).filter((each) => each.kind === kind);
  const deployment = (values: string, component: string) => {
    const found = ofKind(values, 'Deployment').find(({ metadata }) => metadata.name.endsWith(component));
    if (found?.spec.template === undefined) throw new Error(`there is no ${component} in ${values}`);
    const { spec } = found.spec.template;
    const [container] = spec.containers;
    if (container === undefined) throw new Error(`${component} has no container`);
    return { pod: spec, container };
  };

  describe.each(chart.valueFiles)('with %s', (values) => {
    it('passes helm lint', () => {
      const { code, stdout, stderr } = chart.helm.run(
        ...['lint', '--strict', '--quiet', '--kube-version', `${kubernetesVersions[0]}.0`],
        ...['--values', join(chartFolder, 'ci', values), chartFolder],
      );
      expect([code, stdout, stderr]).toEqual([0, '', '']);
    });

    it(`fits the schemas of Kubernetes ${kubernetesVersions.join(' and ')}`, () => {
      expect(manifests(values).length).toBeGreaterThan(2);
      for (const { manifest, problems } of rendered.get(values) ?? []) {
        // Kinds of the Prometheus operator.
        if (['ServiceMonitor', 'PrometheusRule'].includes(manifest.kind)) continue;
        expect([manifest.kind, manifest.metadata.name, problems]).toEqual([
          manifest.kind,
          manifest.metadata.name,
          [],
        ]);
      }
    });

    it("has pods that the security standard 'restricted' lets in, without a token", () => {
      const pods = manifests(values).flatMap((each) => podOf(each) ?? []);
      expect(pods.length).toBeGreaterThan(1);
      for (const { securityContext, containers, volumes = [], ...pod } of pods) {
        expect(pod.automountServiceAccountToken).toBe(false);
        expect(securityContext).toMatchObject({
          runAsNonRoot: true,
          seccompProfile: { type: 'RuntimeDefault' },
        });
        expect(pod).not.toHaveProperty('hostNetwork');
        for (const container of containers) {
          expect(container.securityContext).toMatchObject({
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
          });
        }
        for (const volume of volumes) {
          expect(Object.keys(volume)).toContainEqual(
            expect.stringMatching(/^(emptyDir|secret|persistentVolumeClaim)$/),
          );
        }
      }
    });

    it('has selectors that find pods, and ports that they have', () => {
      const templates = ofKind(values, 'Deployment').flatMap(({ spec }) => spec.template ?? []);
      for (const each of manifests(values)) {
        const selector = selectorOf(each);
        if (selector === undefined) continue;
        const found = templates.filter(({ metadata }) => selects(selector, metadata.labels));
        expect([each.kind, each.metadata.name, found.length]).toEqual([each.kind, each.metadata.name, 1]);
        const offered = found[0]?.spec.containers.flatMap(({ ports = [] }) => ports.map(({ name }) => name));
        const asked = [
          ...(each.kind === 'Service' ? (each.spec.ports ?? []).map(({ targetPort }) => targetPort) : []),
          ...(each.spec.endpoints ?? []).map(({ port }) => port),
        ];
        for (const port of asked) expect(offered).toContain(port);
      }
      const names = ofKind(values, 'Deployment').map(({ metadata }) => metadata.name);
      for (const { spec } of ofKind(values, 'HorizontalPodAutoscaler')) {
        expect(names).toContain(spec.scaleTargetRef?.name);
      }
    });

    it('leaves the number of pods to the autoscaler where there is one', () => {
      const scaled = ofKind(values, 'HorizontalPodAutoscaler').map(({ spec }) => spec.scaleTargetRef?.name);
      for (const { metadata, spec } of ofKind(values, 'Deployment')) {
        expect(spec.replicas === undefined).toBe(scaled.includes(metadata.name));
      }
    });

    it('gives each pod the time that its end takes', () => {
      for (const { spec } of ofKind(values, 'Deployment')) {
        const pod = spec.template?.spec;
        const [container] = pod?.containers ?? [];
        const seconds = (name: string) => Number(container && (environmentOf(container)[name] ?? 0));
        const needed =
          (container?.lifecycle?.preStop.sleep.seconds ?? Infinity) +
          seconds('FACE_V3_SHUTDOWN_DELAY_SECONDS') +
          // Triton's --exit-timeout-secs, and the same of the model server.
          (seconds('FACE_V3_SHUTDOWN_GRACE_SECONDS') || 30);
        expect(pod?.terminationGracePeriodSeconds).toBeGreaterThan(needed);
      }
    });

    it('starts the API with settings that it takes, whatever Triton does', async () => {
      const { pod, container } = deployment(values, '-api');
      const settings = environmentOf(container);
      const { FACE_V3_API_KEY_FILE: file = '', FACE_V3_TRITON_METADATA_FILE: metadata } = settings;
      const mounts = (container.volumeMounts ?? []).map(({ mountPath }) => mountPath);
      for (const path of [file, ...(metadata === undefined ? [] : [metadata])]) {
        expect(mounts).toContain(path.replace(/\/[^/]+$/, ''));
      }
      // What is in the Secrets of the cluster.
      const secret = ofKind(values, 'Secret')[0]?.stringData?.['keys'] ?? 'a-key-of-some-caller\n';
      const files = { keys: join(folder, 'keys'), metadata: join(folder, 'metadata') };
      await writeFile(files.keys, secret);
      await writeFile(files.metadata, 'triton-grpc-protocol-faces=secret\n');
      const taken = new ApiSettings({
        ...settings,
        FACE_V3_API_KEY_FILE: files.keys,
        ...(metadata === undefined ? {} : { FACE_V3_TRITON_METADATA_FILE: files.metadata }),
      });
      expect(taken).toMatchObject({ host: '0.0.0.0', port: 8000, tritonHealthcheck: false });
      expect(taken.apiKeys).toMatchObject({ fixed: [], ofFile: secret.trim().split('\n') });
      expect(container.startupProbe?.httpGet?.path).toBe('/healthz/live');
      expect(container.livenessProbe?.httpGet?.path).toBe('/healthz/live');
      expect(container.readinessProbe?.httpGet?.path).toBe('/healthz/ready');
      expect(container.securityContext['readOnlyRootFilesystem']).toBe(true);
      expect(pod.terminationGracePeriodSeconds).toBeLessThan(60);
    });
  });

  it('leads the API to a service that has the address of each server of inference', () => {
    for (const [values, component] of [
      ['model-server-values.yaml', 'model-server'],
      ['triton-values.yaml', 'triton'],
    ] as const) {
      const url = environmentOf(deployment(values, '-api').container)['FACE_V3_TRITON_URL'];
      const service = ofKind(values, 'Service').find(({ metadata }) => metadata.name.endsWith(component));
      expect(url).toBe(`dns:///${service?.metadata.name}:${service?.spec.ports?.[0]?.port}`);
      expect(service?.spec).toMatchObject({
        clusterIP: 'None',
        ports: [{ name: 'grpc' }, { name: 'metrics' }],
      });
    }
    const external = environmentOf(deployment('external-values.yaml', '-api').container);
    expect(external['FACE_V3_TRITON_URL']).toBe('dns:///triton.inference.svc:8001');
    expect(ofKind('external-values.yaml', 'Deployment')).toHaveLength(1);
  });

  it('starts the model server with settings that it takes', () => {
    const { container } = deployment('model-server-values.yaml', '-model-server');
    expect(new ModelServerSettings(environmentOf(container))).toMatchObject({
      host: '0.0.0.0',
      port: 8001,
      threads: 2,
      maxConnectionAgeSeconds: 30,
    });
    expect(container.readinessProbe?.grpc?.port).toBe(8001);
    expect(container.securityContext['readOnlyRootFilesystem']).toBe(true);
  });

  it('gives Triton minutes to start, and connections an end before its own', () => {
    const { container } = deployment('triton-values.yaml', '-triton');
    const { startupProbe } = container;
    expect((startupProbe?.periodSeconds ?? 0) * (startupProbe?.failureThreshold ?? 0)).toBe(900);
    expect(startupProbe?.httpGet?.path).toBe('/v2/health/ready');
    const [program, age = '', ...options] = container.args ?? [];
    expect(program).toBe('/opt/face_backend/triton/start.sh');
    expect(options).toEqual(['--log-verbose=1']);
    const ageSeconds = Number(age.replace('--grpc-max-connection-age=', '')) / 1000;
    // One that is made at the last moment at which a name server has the address ends a tenth late at most.
    expect(container.lifecycle?.preStop.sleep.seconds).toBeGreaterThan(30 + 1.1 * ageSeconds);
  });

  it('lets nobody but the API call inference', () => {
    for (const [values, component] of [
      ['model-server-values.yaml', 'model-server'],
      ['triton-values.yaml', 'triton'],
    ] as const) {
      const policy = ofKind(values, 'NetworkPolicy').find(({ metadata }) =>
        metadata.name.endsWith(component),
      );
      expect(policy?.spec).toMatchObject({ policyTypes: ['Ingress', 'Egress'], egress: [] });
      expect(policy?.spec.ingress?.[0]).toEqual({
        ports: [{ port: 'grpc' }],
        from: [
          {
            podSelector: {
              matchLabels: expect.objectContaining({ 'app.kubernetes.io/component': 'api' }) as object,
            },
          },
        ],
      });
      for (const rule of policy?.spec.ingress ?? []) expect(rule.from).not.toEqual([]);
    }
  });

  // Each version of Helm has its own words for where the schema is not met.
  it.each([
    ['api.replica=3', /additional propert(y|ies) '?replica'?/i],
    ['inference.kind=gpu', /inference[/.]kind/],
    ['inference.kind=external', /inference[/.]url/],
    ['inference.url=triton:8001', /inference[/.]url/],
    ['environment=local', /environment/],
    ['api.settings.FACE_V3_PORT=9000', /FACE_V3_PORT/],
    ['api.settings.FACE_V3_METRICS_PORT=9000', /FACE_V3_METRICS_PORT/],
    ['api.settings.MAX_BATCH_SIZE=9', /\bMAX_BATCH_SIZE/],
    ['apiKeys.values={short}', /apiKeys[/.]values/],
    ['apiKeys.values={0123456789abcdef}', /apiKeys.existingSecret or apiKeys.values, not both/],
    ['apiKeys.existingSecret=', /No API key/],
    ['api.autoscaling.minReplicas=11', /minReplicas is above maxReplicas/],
    ['api.resources.requests=null', /resources.requests.cpu, which is not set/],
    ['api.ingress.enabled=true', /api[/.]ingress[/.]host/],
  ])('refuses %s, and says why', (setting, words) => {
    const { code, stderr } = chart.template('model-server-values.yaml', '--set', setting);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(words);
  });

  it('is refused by a cluster that is too old for it', () => {
    const { code, stderr } = chart.helm.run('template', 'faces', chartFolder, '--kube-version', '1.29.0');
    expect([code, stderr]).toEqual([1, expect.stringContaining('kubeVersion: >=1.30.0-0')]);
  });
});
