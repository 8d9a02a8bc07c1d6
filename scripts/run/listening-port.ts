import { createServer } from 'node:net';
// Imports nothing of the project itself, so it runs without being compiled.
import { portHolder } from '../../apps/api/src/server/port-holder.ts';
import type { ListenAddress } from './environment.ts';
import { TaskFailure } from './failure.ts';

/**
 * Makes sure that a program could listen at `address`.
 * @throws TaskFailure saying why not: taken (by what, if the system tells), not allowed, no address of this machine
 */
export async function assertFree({ host, port }: ListenAddress): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, exclusive: true }, resolve);
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const holder = code === 'EADDRINUSE' ? await portHolder(port) : undefined;
    throw new TaskFailure(listenProblem(code, message, { host, port, holder }), { cause: error });
  }
  await new Promise((resolve) => server.close(resolve));
}

function listenProblem(
  code: string | undefined,
  message: string,
  { host, port, holder }: ListenAddress & { readonly holder: string | undefined },
): string {
  const choose = `choose another one, for example "FACE_V3_PORT=${port < 65_535 ? port + 1 : 8000} npm start"`;
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is in use${holder === undefined ? '' : ` by ${holder}`}. Stop that program, or ${choose}.`;
    case 'EACCES':
      return `Port ${port} may not be opened by your user (ports under 1024 are for root): ${choose}.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `FACE_V3_HOST is ${host}, which is no address of this machine: use 127.0.0.1, or 0.0.0.0 for all of its addresses.`;
    default:
      return `${host}:${port} cannot be opened (${message}): ${choose}.`;
  }
}
