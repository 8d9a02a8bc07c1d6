import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';

export interface DirectJob {
  readonly seconds: number;
}

/** Milliseconds of each run of all models. */
export type DirectResult = readonly number[];

interface OpenModel {
  readonly session: InferenceSession;
  readonly feeds: Record<string, Tensor>;
}

/** The options of the model server's own sessions. */
async function open(path: string): Promise<OpenModel> {
  const session = await InferenceSession.create(path, {
    graphOptimizationLevel: 'all',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
  });
  const feeds: Record<string, Tensor> = {};
  for (const input of session.inputMetadata) {
    if (!input.isTensor) throw new Error(`${path}: the input ${input.name} is no tensor`);
    // A batch that may have any size has a name instead of a number.
    const shape = input.shape.map((size) => (typeof size === 'number' && size > 0 ? size : 1));
    const length = shape.reduce((product, size) => product * size, 1);
    const noise = Float32Array.from({ length }, (_, index) => Math.sin(index) / 2);
    feeds[input.name] = new Tensor('float32', noise, shape);
  }
  return { session, feeds };
}

const models: OpenModel[] = [];
for (const path of workerData as readonly string[]) models.push(await open(path));

parentPort?.on('message', ({ seconds }: DirectJob) => {
  void work(seconds).then((latencies) => parentPort?.postMessage(latencies));
});
parentPort?.postMessage('ready');

async function work(seconds: number): Promise<DirectResult> {
  const latencies: number[] = [];
  const end = performance.now() + seconds * 1000;
  for (let start = performance.now(); start < end; start = performance.now()) {
    for (const { session, feeds } of models) await session.run(feeds);
    latencies.push(performance.now() - start);
  }
  return latencies;
}
