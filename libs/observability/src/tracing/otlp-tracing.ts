import { DiagLogLevel, context, diag, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Tracing, TracingOptions } from './tracing-options.js';
import { RareReport } from './rare-report.js';

/** A collector that is away must not keep a process from ending. */
const farewellMs = 3_000;

/** Batches on their way at a time. */
const concurrentExports = 2;

/** Traces by the SDK of OpenTelemetry. Loaded only when they are switched on: it takes 10 MB and some milliseconds. */
export class OtlpTracing implements Tracing {
  private constructor(private readonly provider: TracerProvider) {}

  static start(options: TracingOptions, version: string, report: (sentence: string) => void): OtlpTracing {
    const rare = new RareReport(report);
    // The SDK says here what goes wrong with its exports; its words may hold headers of the collector's answer.
    const lost = () =>
      rare.tell(`Traces cannot be delivered to ${originOf(options.url)}; requests go on without.`);
    const silent = () => undefined;
    diag.setLogger(
      { error: lost, warn: lost, info: silent, debug: silent, verbose: silent },
      { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
    );
    const { url, headers, timeoutMs, maxQueueSize, maxBatchSize, delayMs } = options;
    const exporter = new OTLPTraceExporter({
      url,
      headers: { ...headers },
      timeoutMillis: timeoutMs,
      concurrencyLimit: concurrentExports,
    });
    const processor = new BatchSpanProcessor({
      exporter,
      maxQueueSize,
      maxExportBatchSize: Math.min(maxBatchSize, maxQueueSize),
      scheduledDelayMillis: delayMs,
      exportTimeoutMillis: timeoutMs,
    });
    const provider = new TracerProvider({
      sampler: samplerOf(options),
      resource: defaultResource().merge(
        resourceFromAttributes({
          'service.version': version,
          'service.instance.id': `${hostname()}-${process.pid}`,
          'process.pid': process.pid,
          ...options.resource,
          'service.name': options.serviceName,
        }),
      ),
      spanProcessors: [processor],
    });
    context.setGlobalContextManager(new AsyncLocalStorageContextManager());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    trace.setGlobalTracerProvider(provider);
    return new OtlpTracing(provider);
  }

  async stop(): Promise<void> {
    const grace = new AbortController();
    // A failed delivery was told by the SDK's log already.
    const sent = this.provider.shutdown().catch(() => undefined);
    const late = sleep(farewellMs, undefined, { signal: grace.signal }).catch(() => undefined);
    await Promise.race([sent, late]);
    grace.abort();
  }
}

function samplerOf({ sampler, samplerRatio }: TracingOptions): Sampler {
  const root = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(samplerRatio),
  };
  switch (sampler) {
    case 'always_on':
    case 'always_off':
    case 'traceidratio':
      return root[sampler]();
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: root.always_on() });
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: root.always_off() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: root.traceidratio() });
  }
}

/** Without path and query, which may hold secrets. */
function originOf(url: string): string {
  return new URL(url).origin;
}
