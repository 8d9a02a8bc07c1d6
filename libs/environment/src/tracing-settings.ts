import type { EnvironmentReader } from './environment-reader.js';

const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

const milliseconds = { min: 1, max: 3_600_000 };
const spans = { min: 1, max: 1_000_000 };

/** Where traces go, and which; see OpenTelemetry's specification of these variables. */
export interface TracingSettings {
  /** Takes OTLP over HTTP. */
  readonly url: string;
  /** Values are secrets. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly serviceName: string;
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: (typeof samplers)[number];
  readonly samplerRatio: number;
  readonly maxQueueSize: number;
  readonly maxBatchSize: number;
  readonly delayMs: number;
}

/**
 * OTEL_* as the specification names them: traces are on when an endpoint is set.
 * @param defaultName of the service
 * @returns undefined: off
 */
export function readTracing(reader: EnvironmentReader, defaultName: string): TracingSettings | undefined {
  const disabled = reader.boolean('OTEL_SDK_DISABLED', false);
  const exporter = reader.oneOf('OTEL_TRACES_EXPORTER', ['otlp', 'none'], 'otlp');
  const url = readUrl(reader);
  if (disabled || exporter === 'none' || url === undefined) return undefined;
  readProtocol(reader);
  const { 'service.name': serviceName, ...resource } = readPairs(reader, 'OTEL_RESOURCE_ATTRIBUTES');
  return {
    url,
    headers: {
      ...readPairs(reader, 'OTEL_EXPORTER_OTLP_HEADERS'),
      ...readPairs(reader, 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'),
    },
    timeoutMs: reader.integer(
      'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT',
      milliseconds,
      reader.integer('OTEL_EXPORTER_OTLP_TIMEOUT', milliseconds, 10_000),
    ),
    serviceName: reader.text('OTEL_SERVICE_NAME') ?? serviceName ?? defaultName,
    resource,
    sampler: reader.oneOf('OTEL_TRACES_SAMPLER', samplers, 'parentbased_always_on'),
    samplerRatio: reader.number('OTEL_TRACES_SAMPLER_ARG', { min: 0, max: 1 }, 1),
    maxQueueSize: reader.integer('OTEL_BSP_MAX_QUEUE_SIZE', spans, 2048),
    maxBatchSize: reader.integer('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', spans, 512),
    delayMs: reader.integer('OTEL_BSP_SCHEDULE_DELAY', milliseconds, 5_000),
  };
}

/** The endpoint of traces as it is; the common one with the path that the specification gives it. */
function readUrl(reader: EnvironmentReader): string | undefined {
  const own = readHttpUrl(reader, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  const common = readHttpUrl(reader, 'OTEL_EXPORTER_OTLP_ENDPOINT');
  if (own !== undefined) return own.href;
  if (common === undefined) return undefined;
  common.pathname = `${common.pathname.replace(/\/$/, '')}/v1/traces`;
  return common.href;
}

function readHttpUrl(reader: EnvironmentReader, name: string): URL | undefined {
  const text = reader.text(name);
  if (text === undefined) return undefined;
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return new URL(text);
  // Not repeated: it may hold a password.
  reader.problem(`${name} is no address of HTTP, as in http://collector:4318.`);
  return undefined;
}

/** JSON is sent in any case, which every collector takes where it takes protobuf. */
function readProtocol(reader: EnvironmentReader): void {
  for (const name of ['OTEL_EXPORTER_OTLP_PROTOCOL', 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL']) {
    reader.optionalOneOf(name, ['http/json', 'http/protobuf']);
  }
}

/** `key=value,key=value` with percent-encoded values, as W3C baggage. Sentences tell no values: headers are secrets. */
function readPairs(reader: EnvironmentReader, name: string): Record<string, string> {
  const pairs: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [index, pair] of (reader.text(name)?.split(',') ?? []).entries()) {
    if (pair.trim() === '') continue;
    const equals = pair.indexOf('=');
    const key = pair.slice(0, equals).trim();
    const value = decoded(pair.slice(equals + 1).trim());
    if (equals < 1 || key === '' || value === undefined) {
      reader.problem(`Entry ${index + 1} of ${name} is not of the form key=value, percent-encoded.`);
    } else {
      pairs[key] = value;
    }
  }
  return { ...pairs };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that begins no character.
    return undefined;
  }
}
