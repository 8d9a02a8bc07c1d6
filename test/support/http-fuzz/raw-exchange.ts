import { connect } from 'node:net';

/** Sends bytes, says that there are no more, and resolves with what came until the connection was closed. */
export function rawExchange(url: string, bytes: Buffer, patienceMilliseconds: number): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname);
    socket.setTimeout(patienceMilliseconds, () => {
      socket.destroy();
      reject(new Error(`no answer and no end within ${patienceMilliseconds} ms`));
    });
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    // A reset is one way to refuse.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
    socket.end(bytes);
  });
}
