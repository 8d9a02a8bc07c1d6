import { FaceError } from '@face/errors';
import { parentPort } from 'node:worker_threads';
import type { BodyAnswer, BodyJob, BodyResult } from './body-messages.js';
import { type EmbeddingBody, parseEmbeddingBody } from './parse-embedding-body.js';

/** Characters that the event loop may parse at a time. A thousand candidates have a tenth of it beside their embeddings. */
const parsedOnEventLoop = 1_048_576;

async function answer(job: BodyJob): Promise<BodyAnswer> {
  try {
    const body = parse(job);
    if (body.characters > parsedOnEventLoop) return { result: await readUnusual(body, job), last: true };
    const { text, value, marked } = body;
    const result: BodyResult =
      text === undefined ? { kind: 'value', value, marked } : { kind: 'text', text, marked };
    return { result, last: false };
  } catch (error) {
    return { result: failureOf(error), last: false };
  }
}

function parse({ bytes }: BodyJob): EmbeddingBody {
  try {
    return parseEmbeddingBody(Buffer.from(bytes.buffer));
  } finally {
    // Now instead of at the next garbage collection: it is megabytes.
    bytes.buffer.transfer(0);
  }
}

/**
 * A body that is large without its embeddings is most likely wrong: it is checked here, where that keeps nobody
 * waiting. The classes that this takes are large themselves, so the thread does not outlive it.
 */
async function readUnusual({ value, marked }: EmbeddingBody, job: BodyJob): Promise<BodyResult> {
  try {
    const { checkUnusualBody } = await import('./check-unusual-body.js');
    checkUnusualBody(value, job);
    return { kind: 'value', value, marked };
  } catch (error) {
    return failureOf(error);
  }
}

function failureOf(error: unknown): BodyResult {
  if (!(error instanceof FaceError)) return { kind: 'failed', error };
  const { code, message, errors, cause } = error;
  return { kind: 'refused', error: { code, message, errors, cause } };
}

/** Memory that goes over with an answer instead of being copied. */
function memoryOf({ result }: BodyAnswer): ArrayBuffer[] {
  if (!('marked' in result)) return [];
  const { numbers, floats, lengths } = result.marked.rows;
  return [numbers, floats, lengths.buffer];
}

parentPort?.on('message', (job: BodyJob) => {
  void answer(job).then((answered) => {
    parentPort?.postMessage(answered, memoryOf(answered));
    if (answered.last) parentPort?.close();
  });
});
