import { StartError } from '@face/environment';
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { portHolder } from './port-holder.js';

/** Settings that a sentence names. */
const publicNames = { host: 'FACE_V3_HOST', port: 'FACE_V3_PORT' };

type SettingNames = Readonly<typeof publicNames>;

/**
 * Opens the door and tells its address, as in http://127.0.0.1:8000.
 * @throws StartError with a sentence that says what to change.
 */
export async function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
  names: SettingNames = publicNames,
): Promise<string> {
  try {
    // Not Nest's listen(), which puts the error into the log as well.
    await once(server.listen(port, host), 'listening');
  } catch (cause) {
    throw new StartError(await sentenceFor(cause, { host, port, names }), { cause });
  }
  return urlOf(host, (server.address() as AddressInfo).port);
}

async function sentenceFor(
  error: unknown,
  { host, port, names }: { host: string; port: number; names: SettingNames },
): Promise<string> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE': {
      const holder = await portHolder(port);
      const by = holder === undefined ? '' : `, by ${holder}`;
      return `Port ${port} on ${host} is in use${by}. Stop what uses it, or set ${names.port} to another port.`;
    }
    case 'EACCES':
      return `Port ${port} on ${host} may not be opened by this user. Set ${names.port} to a port from 1024 on.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${names.host} is '${host}', which is no address of this machine.`;
    default:
      return `Port ${port} on ${host} cannot be opened: ${error instanceof Error ? error.message : String(error)}.`;
  }
}

/** An address that a browser on this machine can open: wildcards become loopback. */
function urlOf(host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
