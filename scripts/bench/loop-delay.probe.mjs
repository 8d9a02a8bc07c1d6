/**
 * Goes into the API with `--import` while it is measured: tells the longest pause of its event loop to whoever asks on
 * a socket. JavaScript, so that Node does not load a compiler into the program whose memory is measured.
 */
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

/** Milliseconds between two looks: a pause is seen to begin at most so late. */
const resolution = 1;

const { FACE_BENCH_LOOP_SOCKET: socket = '' } = process.env;

// The model server is started with the same environment, and threads load what their process does.
if (isMainThread && socket !== '' && process.argv[1]?.includes('apps/api/') === true) {
  const delays = monitorEventLoopDelay({ resolution });
  delays.enable();
  // Of a program that was measured before.
  rmSync(socket, { force: true });
  createServer((connection) => {
    // From one look to the next, less the time that should be between them.
    connection.end(String(Math.max(0, delays.max / 1e6 - resolution)));
    delays.reset();
  })
    .listen(socket)
    .unref();
}
