/** What the tests read of Kubernetes' resources. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Labels };
  readonly automountServiceAccountToken?: boolean;
  readonly stringData?: Readonly<Record<string, string>>;
  readonly data?: Readonly<Record<string, string>>;
  /** Empty where the kind has none. */
  readonly spec: Spec;
}

export type Labels = Readonly<Record<string, string>>;

interface Spec {
  readonly template?: { readonly metadata: { readonly labels: Labels }; readonly spec: PodSpec };
  readonly selector?: Labels | { readonly matchLabels: Labels };
  readonly podSelector?: { readonly matchLabels: Labels };
  readonly scaleTargetRef?: { readonly kind: string; readonly name: string };
  readonly replicas?: number;
  readonly clusterIP?: string;
  readonly ports?: readonly { readonly name: string; readonly port: number; readonly targetPort: string }[];
  readonly endpoints?: readonly Endpoint[];
  readonly groups?: readonly object[];
  readonly ingress?: readonly {
    readonly ports: readonly { readonly port: string }[];
    readonly from?: readonly object[];
  }[];
}

interface Endpoint {
  readonly port: string;
  readonly relabelings?: readonly { readonly targetLabel: string; readonly replacement: string }[];
}

export interface PodSpec {
  readonly automountServiceAccountToken?: boolean;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly Container[];
  readonly volumes: readonly Readonly<Record<string, unknown>>[];
  readonly hostNetwork?: boolean;
}

export interface Container {
  readonly image: string;
  readonly args?: readonly string[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly startupProbe?: Probe;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string };
  readonly grpc?: { readonly port: number };
  readonly periodSeconds: number;
  readonly failureThreshold: number;
}

/** Of the pods that a resource is or makes. */
export function podOf({ kind, spec }: Manifest): PodSpec | undefined {
  return kind === 'Pod' ? (spec as unknown as PodSpec) : spec.template?.spec;
}

export function environmentOf({ env = [] }: Container): Readonly<Record<string, string>> {
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}

/** Labels by which a resource finds its pods. */
export function selectorOf({ spec }: Manifest): Labels | undefined {
  const selector = spec.podSelector ?? spec.selector;
  if (selector === undefined) return undefined;
  return 'matchLabels' in selector ? (selector.matchLabels as Labels) : selector;
}

export function selects(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}
