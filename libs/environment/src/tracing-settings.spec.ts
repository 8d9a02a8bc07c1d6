import { describe, expect, it } from 'vitest';
import type { Environment } from './environment.js';
import { EnvironmentReader } from './environment-reader.js';
import { readTracing } from './tracing-settings.js';

function read(environment: Environment) {
  const reader = new EnvironmentReader(environment);
  const settings = readTracing(reader, 'face-search-api');
  reader.finish();
  return settings;
}

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

describe('the settings of traces', () => {
  it.each([
    {},
    { OTEL_SERVICE_NAME: 'x' },
    { ...endpoint, OTEL_SDK_DISABLED: 'true' },
    { ...endpoint, OTEL_TRACES_EXPORTER: 'none' },
  ])('are off with %o', (environment) => expect(read(environment)).toBeUndefined());

  it('have the defaults of the specification', () => {
    expect(read(endpoint)).toEqual({
      url: 'http://collector:4318/v1/traces',
      headers: {},
      timeoutMs: 10_000,
      serviceName: 'face-search-api',
      resource: {},
      sampler: 'parentbased_always_on',
      samplerRatio: 1,
      maxQueueSize: 2048,
      maxBatchSize: 512,
      delayMs: 5000,
    });
  });

  it.each([
    ['http://c:4318/', undefined, 'http://c:4318/v1/traces'],
    ['http://c:4318/otlp', undefined, 'http://c:4318/otlp/v1/traces'],
    ['http://c:4318', 'https://t/in?x=1', 'https://t/in?x=1'],
  ])('with %s and %s send to %s', (common, own, url) => {
    const settings = read({
      OTEL_EXPORTER_OTLP_ENDPOINT: common,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own,
    });
    expect(settings?.url).toBe(url);
  });

  it('let what is for traces win over what is for all', () => {
    const settings = read({
      ...endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: 'a=1,b=x%3Dy',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'a=2',
      OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '500',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=other, deployment.environment.name=staging',
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
    });
    expect(settings).toMatchObject({
      headers: { a: '2', b: 'x=y' },
      timeoutMs: 500,
      serviceName: 'other',
      resource: { 'deployment.environment.name': 'staging' },
      sampler: 'parentbased_traceidratio',
      samplerRatio: 0.25,
    });
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'OTEL_EXPORTER_OTLP_ENDPOINT is no address'],
    [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, "OTEL_EXPORTER_OTLP_PROTOCOL is 'grpc'"],
    [{ ...endpoint, OTEL_TRACES_SAMPLER: 'some' }, "OTEL_TRACES_SAMPLER is 'some'"],
    [{ ...endpoint, OTEL_TRACES_SAMPLER_ARG: '2' }, "OTEL_TRACES_SAMPLER_ARG is '2'"],
    [{ ...endpoint, OTEL_EXPORTER_OTLP_HEADERS: 'a=1,secret' }, 'Entry 2 of OTEL_EXPORTER_OTLP_HEADERS'],
  ])('refuse %o', (environment, sentence) => expect(() => read(environment)).toThrow(sentence));

  it('tell no secrets', () => {
    const environment = { ...endpoint, OTEL_EXPORTER_OTLP_HEADERS: 'secret%zz=secret%zz' };
    expect(() => read(environment)).toThrow(/^(?!.*secret)/s);
  });
});
