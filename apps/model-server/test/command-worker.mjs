// A worker thread that does what its jobs say, in the protocol of src/workers/worker-messages.ts.
import { readSync } from 'node:fs';
import process from 'node:process';
import { parentPort, threadId, workerData } from 'node:worker_threads';

// workerData.flags: [starts that still succeed, jobs done so far], shared by all workers of a test.
const flags = new Int32Array(workerData.flags);
if (Atomics.sub(flags, 0, 1) <= 0) throw new Error('broken on purpose');

parentPort.on('message', (message) => {
  if (message.type === 'close') {
    parentPort.close();
    return;
  }
  const { id, job } = message;
  const started = process.hrtime.bigint();
  // Blocks as an inference does, until the test opens the gate.
  if (job.gate !== undefined) Atomics.wait(new Int32Array(job.gate), 0, 0);
  if (job.command === 'die') process.exit(1);
  if (job.command === 'refuse') parentPort.postMessage({ type: 'refused', id, reason: 'makes no sense' });
  else if (job.command === 'fail') parentPort.postMessage({ type: 'failed', id, reason: 'went wrong' });
  else {
    Atomics.add(flags, 1, 1);
    const result = { value: job.file === undefined ? job.value : sumOf(job.file), threadId };
    parentPort.postMessage({ type: 'done', id, result, times: { started, ended: process.hrtime.bigint() } });
  }
});
parentPort.postMessage({ type: 'ready' });

function sumOf({ descriptor, position, byteLength }) {
  const bytes = new Uint8Array(byteLength);
  readSync(descriptor, bytes, 0, byteLength, position);
  return bytes.reduce((sum, byte) => sum + byte, 0);
}
