import { onNativeCall } from '@face/native';
import { Gauge, Histogram, type Registry } from '@face/observability';
import { type TritonClient, onTritonCall } from '@face/triton';
import { secondBuckets, shortSecondBuckets } from './buckets.js';

/** What is counted of the calls that this process makes: to the model server, and of native functions. */
export function countBackendCalls(registry: Registry, client: TritonClient): void {
  const registers = [registry];
  const grpcDurations = new Histogram({
    name: 'face_api_grpc_call_duration_seconds',
    help: 'Attempts of calls to the model server, by the name of their gRPC status; 0 for calls refused without one.',
    labelNames: ['method', 'model', 'code'],
    buckets: secondBuckets,
    registers,
  });
  onTritonCall(({ method, model, code, seconds }) => grpcDurations.observe({ method, model, code }, seconds));
  const nativeDurations = new Histogram({
    name: 'face_api_native_call_duration_seconds',
    help: 'Calls of native functions, on the event loop or in a thread.',
    labelNames: ['function', 'place'],
    buckets: shortSecondBuckets,
    registers,
  });
  onNativeCall(({ symbol, place, seconds }) => nativeDurations.observe({ function: symbol, place }, seconds));
  new Gauge({
    name: 'face_api_inference_calls',
    help: 'Inferences that the model server works on for this API, and that wait for their turn.',
    labelNames: ['state'],
    registers,
    collect() {
      const { running, waiting } = client.load;
      this.set({ state: 'running' }, running);
      this.set({ state: 'waiting' }, waiting);
    },
  });
}
