import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { Metadata, status } from '@grpc/grpc-js';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TritonCall, onTritonCall, tellUntriedCall, timedCall } from './call-timing.js';

const path = '/inference.GRPCInferenceService/ModelInfer';
const metadata = new Metadata();
const subject = { path, model: 'detection', metadata };
const unavailable = Object.assign(new Error('gone'), { code: status.UNAVAILABLE, details: 'gone' });

describe('a timed call', () => {
  const told: TritonCall[] = [];
  beforeAll(() => onTritonCall((call) => told.push(call)));
  beforeEach(() => void told.splice(0));

  it('tells method, model, code and seconds', async () => {
    await expect(timedCall(subject, () => Promise.resolve('answer'))).resolves.toBe('answer');
    await expect(timedCall(subject, () => Promise.reject(unavailable))).rejects.toBe(unavailable);
    await timedCall({ ...subject, model: undefined }, () => Promise.resolve());
    expect(told.map(({ method, model, code }) => [method, model, code])).toEqual([
      ['ModelInfer', 'detection', 'OK'],
      ['ModelInfer', 'detection', 'UNAVAILABLE'],
      ['ModelInfer', '', 'OK'],
    ]);
    for (const { seconds } of told) expect(seconds).toBeGreaterThanOrEqual(0);
  });

  it('is told of without an attempt, too', () => {
    tellUntriedCall(subject);
    tellUntriedCall({ path, model: undefined });
    const untried = { method: 'ModelInfer', code: 'UNAVAILABLE', seconds: 0 };
    expect(told).toEqual([
      { ...untried, model: 'detection' },
      { ...untried, model: '' },
    ]);
  });

  it('sends the metadata as they are while nothing is traced', async () => {
    await timedCall(subject, (sent) => Promise.resolve(expect(sent).toBe(metadata)));
  });
});

describe('a call of a trace', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });

  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    trace.setGlobalTracerProvider(provider);
  });
  beforeEach(() => exporter.reset());

  it('is a span that the server is told to continue', async () => {
    let sent = metadata;
    const failure = provider.getTracer('test').startActiveSpan('request', async (request) => {
      const call = timedCall(subject, (given) => Promise.reject(((sent = given), unavailable)));
      await expect(call).rejects.toBe(unavailable);
      request.end();
      return request.spanContext();
    });
    const { traceId, spanId } = await failure;
    const span = exporter.getFinishedSpans().find(({ name }) => name.endsWith('/ModelInfer'));
    expect(span?.spanContext().traceId).toBe(traceId);
    expect(span?.parentSpanContext?.spanId).toBe(spanId);
    expect(span?.attributes).toMatchObject({ 'face.model': 'detection', 'rpc.grpc.status_code': 14 });
    expect(sent.get('traceparent')).toEqual([`00-${traceId}-${span?.spanContext().spanId}-01`]);
    expect(metadata.get('traceparent')).toEqual([]);
  });

  it('is a span without an attempt, too', () => {
    const request = provider.getTracer('test').startSpan('request');
    context.with(trace.setSpan(context.active(), request), () => tellUntriedCall(subject));
    const [span] = exporter.getFinishedSpans();
    expect(span?.parentSpanContext?.spanId).toBe(request.spanContext().spanId);
    expect(span?.attributes).toMatchObject({ 'face.model': 'detection', 'rpc.grpc.status_code': 14 });
  });

  it('makes no trace of its own', async () => {
    tellUntriedCall(subject);
    await timedCall(subject, (sent) => Promise.resolve(expect(sent).toBe(metadata)));
    expect(exporter.getFinishedSpans()).toEqual([]);
  });
});
