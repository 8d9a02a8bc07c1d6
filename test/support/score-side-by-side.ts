/**
 * A program and worker thread for tests: opens a rerank library and scores the same candidates again and again, as fast
 * as it can, then says what came of it. Plain enough for Node to run it as it is.
 */
import process from 'node:process';
import { parentPort, workerData } from 'node:worker_threads';

export interface ScoreJob {
  /** Compiled index of @face/native. */
  readonly module: string;
  readonly library: string;
  readonly rounds: number;
}

/** Scores of the first round; every later one has to be the same. */
export interface ScoreResult {
  readonly scores: number[];
  readonly differences: number;
}

interface Scorer {
  score(call: object): Promise<{ readonly scores: Float64Array }>;
}

interface NativeModule {
  readonly RerankLibrary: { open(path: string): { readonly full: Scorer | undefined } };
}

const dimension = 256;
const candidates = 300;

async function score({ module, library, rounds }: ScoreJob): Promise<ScoreResult> {
  const { RerankLibrary } = (await import(module)) as NativeModule;
  const { full } = RerankLibrary.open(library);
  if (full === undefined) throw new Error('The library has only the original function.');
  const call = (count: number) => ({
    query: Float32Array.from({ length: dimension }, (_, index) => Math.sin(index)),
    candidates: Float32Array.from(
      { length: count * dimension },
      (_, index) => Math.sin(index % dimension) + 0.7 * Math.sin(index * 1.3),
    ),
    dimension,
    threshold: 0.5,
    alpha: 25,
    tau: 0.42,
    galleryReference: 1000,
    gallerySize: null,
    voting: true,
    mode: 'max',
    subjects: null,
  });
  // Large ones go through threads of their own, small ones do not.
  const round = async () => {
    const results = await Promise.all([candidates, 10, candidates].map((count) => full.score(call(count))));
    return results.flatMap(({ scores }) => [...scores]);
  };
  const scores = await round();
  let differences = 0;
  for (let done = 1; done < rounds; done++) {
    const again = await round();
    if (again.some((value, index) => value !== scores[index])) differences++;
  }
  return { scores, differences };
}

if (parentPort === null) {
  process.once('message', (job) => {
    void score(job as ScoreJob).then((result) => process.send?.(result, () => process.disconnect()));
  });
} else {
  parentPort.postMessage(await score(workerData as ScoreJob));
}
