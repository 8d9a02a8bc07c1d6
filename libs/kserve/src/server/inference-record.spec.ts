import { Metadata, status } from '@grpc/grpc-js';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type InferenceCall, InferenceRecord, onInference, withinTraceOf } from './inference-record.js';
import { ProtocolError } from './protocol-error.js';

const times = { queue: 2_000_000n, input: 0n, infer: 5_000_000n, output: 1_000_000n, executions: 1 };

describe('the record of an inference', () => {
  const exporter = new InMemorySpanExporter();
  const told: InferenceCall[] = [];

  beforeAll(() => {
    onInference((call) => told.push(call));
    context.setGlobalContextManager(new AsyncLocalStorageContextManager());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    trace.setGlobalTracerProvider(
      new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
    );
  });

  beforeEach(() => {
    exporter.reset();
    told.splice(0);
  });

  it('tells model, code, batch size and times', async () => {
    const record = new InferenceRecord('detection');
    await record.around(() => {
      record.batchSize = 3;
      record.times = times;
      return Promise.resolve();
    });
    expect(told).toEqual([
      { model: 'detection', code: 'OK', batchSize: 3, times, seconds: expect.any(Number) as number },
    ]);
  });

  it.each([
    [new ProtocolError(status.UNAVAILABLE, 'the queue is full'), 'UNAVAILABLE'],
    [new Error('a fault'), 'INTERNAL'],
  ])('tells of a failure: %s', async (failure, code) => {
    const call = new InferenceRecord('detection').around(() => Promise.reject(failure));
    await expect(call).rejects.toBe(failure);
    expect(told).toMatchObject([{ code, batchSize: 0, times: undefined }]);
  });

  it('continues the trace of the client, with a span for each stage that took time', async () => {
    const metadata = new Metadata();
    metadata.set('traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
    await withinTraceOf(metadata, () => {
      const record = new InferenceRecord('extraction');
      return record.around(() => Promise.resolve((record.times = times)));
    });
    const spans = exporter.getFinishedSpans();
    const call = spans.find(({ name }) => name === 'ModelInfer extraction');
    expect(call?.spanContext().traceId).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(call?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
    const stages = spans.filter((span) => span.parentSpanContext?.spanId === call?.spanContext().spanId);
    expect(stages.map(({ name }) => name)).toEqual(['queue', 'inference', 'output']);
    const milliseconds = stages.map(({ duration: [s, ns] }) => s * 1000 + ns / 1e6);
    for (const [index, expected] of [2, 5, 1].entries()) expect(milliseconds[index]).toBeCloseTo(expected, 1);
  });
});
