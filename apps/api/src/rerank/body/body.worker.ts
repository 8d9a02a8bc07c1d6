import { FaceError } from '@face/errors';
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { checkShape } from '../../http/body/check-shape.js';
import { parseJson } from '../../http/body/parse-json.js';
import type { BodyAnswer, BodyJob, BodyResult } from './body-messages.js';
import { type CutBody, cutBody, isParsedQuickly, parseText } from './embedding-body.js';
import { markedRows, takeRowsOut } from './marked-rows.js';
import { RowCollector } from './row-collector.js';

async function answer(job: BodyJob): Promise<BodyAnswer> {
  const bytes = Buffer.from(job.bytes.buffer, job.bytes.byteOffset, job.bytes.length);
  try {
    const cut = job.task === 'cut' ? cutBody(bytes) : undefined;
    if (cut !== undefined && isParsedQuickly(cut.text)) {
      const { text, rows } = cut;
      return { result: { kind: 'cut', text, marked: markedRows(rows), bytes: job.bytes }, last: false };
    }
    const result = await readHere(bytes, cut, job);
    return { result, last: result.kind === 'refused' };
  } catch (error) {
    return { result: failureOf(error), last: false };
  }
}

/**
 * A body that is large without its embeddings is most likely wrong: all of it is parsed and checked here, where that
 * keeps nobody waiting. The classes that this takes are large themselves, so the thread does not outlive a wrong one.
 */
async function readHere(bytes: Buffer, cut: CutBody | undefined, job: BodyJob): Promise<BodyResult> {
  // The few threads must not be kept busy with nothing but brackets either.
  if (cut !== undefined) checkShape(Buffer.from(cut.text), 'lists');
  const value = (cut === undefined ? undefined : parseText(cut.text)) ?? parseJson(bytes, 'json');
  const rows = cut?.rows ?? new RowCollector();
  takeRowsOut(value, rows);
  const { checkUnusualBody } = await import('./check-unusual-body.js');
  try {
    checkUnusualBody(value, job);
    return { kind: 'value', value, marked: markedRows(rows) };
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
  return [numbers, floats, lengths.buffer, ...('bytes' in result ? [result.bytes.buffer] : [])];
}

// Linux gives each thread a priority of its own: where cores are few, the event loop goes first.
if (process.platform === 'linux') setPriority(0, 5);

parentPort?.on('message', (job: BodyJob) => {
  void answer(job).then((answered) => {
    parentPort?.postMessage(answered, memoryOf(answered));
    if (answered.last) parentPort?.close();
  });
});
