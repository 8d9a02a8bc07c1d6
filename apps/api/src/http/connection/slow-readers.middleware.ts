import type { IncomingMessage, ServerResponse } from 'node:http';

/** For the first bytes of an answer, however short it is. */
const graceMilliseconds = 30_000;

/** Slower than any telephone: who takes an answer more slowly holds it, and a connection, on purpose or for nothing. */
const bytesPerSecond = 65_536;

/**
 * Cuts the connection of a caller who does not read the answer. The deadline of a request ends with its answer, and Node
 * itself would wait for ever.
 */
export function slowReaders(allowed: (bytes: number) => number = millisecondsFor) {
  return (_request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    // Comes when the whole answer is handed to Node; it waits in memory from then on.
    response.once('prefinish', () => {
      if (response.writableFinished) return;
      const length = Number(response.getHeader('content-length') ?? 0);
      const timer = setTimeout(() => response.socket?.destroy(), allowed(length));
      timer.unref();
      response.once('close', () => clearTimeout(timer));
    });
    next();
  };
}

function millisecondsFor(bytes: number): number {
  return graceMilliseconds + (bytes / bytesPerSecond) * 1000;
}
