import { StartError } from '@face/environment';
import { chmodSync, existsSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';

/** What a path of a unix socket may have at most, in bytes; longer ones are cut off silently by the system. */
const maxPathBytes = process.platform === 'darwin' ? 103 : 107;

/**
 * Makes a path free to listen on: creates its folder, for this user only, and removes a socket that a process left
 * behind which did not end in order.
 * @throws StartError with a sentence when the path cannot be used
 */
export async function prepareSocket(path: string): Promise<void> {
  if (Buffer.byteLength(path) > maxPathBytes) {
    throw new StartError(
      `FACE_V3_MODEL_SERVER_SOCKET is '${path}', but a socket's path has at most ${maxPathBytes} bytes.`,
    );
  }
  createFolder(dirname(path));
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isSocket()) {
    throw new StartError(`FACE_V3_MODEL_SERVER_SOCKET is '${path}', but what is there is not a socket.`);
  }
  if (await answers(path)) {
    throw new StartError(`FACE_V3_MODEL_SERVER_SOCKET is '${path}', on which another process listens.`);
  }
  unlinkSync(path);
}

/** Only the last folder of a path: `recursive` never comes back from some places, such as /proc. */
function createFolder(folder: string): void {
  if (existsSync(folder)) return;
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(`The folder of FACE_V3_MODEL_SERVER_SOCKET cannot be made: ${reason}.`, { cause });
  }
}

/** Runs `listen` so that the socket it creates can be opened by this user only, from its first moment on. */
export async function listenPrivately<Bound>(path: string, listen: () => Promise<Bound>): Promise<Bound> {
  const mask = process.umask(0o177);
  try {
    return await listen();
  } finally {
    process.umask(mask);
    // Where the mask does not count.
    chmodSync(path, 0o600);
  }
}

async function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
