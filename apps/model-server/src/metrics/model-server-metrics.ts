import { type InferenceCall, onInference } from '@face/kserve';
import { Counter, Gauge, Histogram, type Registry, programRegistry } from '@face/observability';
import type { WorkLoad } from '../scheduler/face-scheduler.js';

/** From one face on one thread to a request that waits behind a full queue. */
const secondBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export interface MetricsSources {
  readonly version: string;
  readonly load: () => WorkLoad;
  /** Requests that are not answered yet. */
  readonly inFlight: () => number;
}

/** The metrics of the model server. Made only when somebody may read them. */
export function modelServerMetrics({ version, load, inFlight }: MetricsSources): Registry {
  const registry = programRegistry({ program: 'model-server', version });
  countInferences(registry);
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  gauge('face_model_server_requests_in_flight', 'Requests that wait or are worked on.', inFlight);
  gauge('face_model_server_queue_items', 'Images and faces that wait for a worker.', () => load().waiting);
  gauge('face_model_server_queue_limit_items', 'As many may wait.', () => load().queueSize);
  gauge('face_model_server_threads', 'Worker threads that are wanted.', () => load().threads);
  new Counter({
    name: 'face_model_server_worker_deaths_total',
    help: 'Worker threads that ended without being asked; each was replaced.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(load().deaths);
    },
  });
  return registry;
}

function countInferences(registry: Registry): void {
  const registers = [registry];
  const ofModel = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name, help, labelNames: ['model'] as const, buckets, registers });
  const requests = new Counter({
    name: 'face_model_server_requests_total',
    help: 'Inferences that were asked for, by the name of their gRPC status.',
    labelNames: ['model', 'code'],
    registers,
  });
  const durations = ofModel(
    'face_model_server_request_duration_seconds',
    'From the arrival of a request until its answer.',
    secondBuckets,
  );
  const batches = ofModel('face_model_server_batch_size', 'Items of a request.', [1, 2, 4, 8, 16]);
  const queues = ofModel(
    'face_model_server_queue_duration_seconds',
    'Until the first item of a request was begun.',
    secondBuckets,
  );
  const inferences = ofModel(
    'face_model_server_inference_duration_seconds',
    'From the first item of a request begun to the last ended.',
    secondBuckets,
  );
  onInference(({ model, code, seconds, batchSize, times }: InferenceCall) => {
    const label = { model: model === '' ? 'unknown' : model };
    requests.inc({ ...label, code });
    durations.observe(label, seconds);
    if (batchSize > 0) batches.observe(label, batchSize);
    if (times === undefined) return;
    queues.observe(label, Number(times.queue) / 1e9);
    inferences.observe(label, Number(times.infer) / 1e9);
  });
}
