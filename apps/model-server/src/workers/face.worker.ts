import { workerData } from 'node:worker_threads';
import { MergeLibrary } from '@face/native';
import { createPipeline } from '../pipelines/create-pipeline.js';
import type { ViewMerge } from '../pipelines/face-pipeline.js';
import { FaceJobRunner } from './face-job-runner.js';
import type { FaceWorkerData } from './face-jobs.js';
import { serveJobs } from './serve-jobs.js';

// Runs in a worker thread: one pipeline, one inference at a time.
const { pack, mergeLibraryPath } = workerData as FaceWorkerData;

await serveJobs(async () => new FaceJobRunner(await createPipeline(pack, openMerge())));

/** The library is asked for only by packs that merge views. */
function openMerge(): ViewMerge {
  const { flipMerge } = pack.contract;
  if (flipMerge === 'none') {
    return () => {
      throw new Error(`the pack ${pack.name} merges no views`);
    };
  }
  const library = openLibrary();
  return (face, mirror) => Float32Array.from(library.flip(flipMerge, face, mirror, face.length));
}

function openLibrary(): MergeLibrary {
  try {
    return MergeLibrary.open(mergeLibraryPath);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`FACE_V3_MERGE_LIBRARY_PATH is '${mergeLibraryPath}': ${reason}`, { cause });
  }
}
