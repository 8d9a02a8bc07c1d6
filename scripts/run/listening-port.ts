import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
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
    throw new TaskFailure(listenProblem(code, message, { host, port }), { cause: error });
  }
  await new Promise((resolve) => server.close(resolve));
}

function listenProblem(code: string | undefined, message: string, { host, port }: ListenAddress): string {
  const choose = `choose another one, for example "FACE_V3_PORT=${port < 65_535 ? port + 1 : 8000} npm start"`;
  switch (code) {
    case 'EADDRINUSE': {
      const owner = findListener(port);
      return `Port ${port} on ${host} is taken${owner === undefined ? '' : ` by ${owner}`}. Stop that program, or ${choose}.`;
    }
    case 'EACCES':
      return `Port ${port} may not be opened by your user (ports under 1024 are for root): ${choose}.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `FACE_V3_HOST is ${host}, which is no address of this machine: use 127.0.0.1, or 0.0.0.0 for all of its addresses.`;
    default:
      return `${host}:${port} cannot be opened (${message}): ${choose}.`;
  }
}

/** The program that listens on a TCP port, as far as the system tells this user. */
function findListener(port: number): string | undefined {
  return process.platform === 'linux' ? findListenerInProc(port) : findListenerByLsof(port);
}

function findListenerInProc(port: number): string | undefined {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readOr(path, ''));
  const inodes = tables.flatMap((table) => listeningInodes(table, port));
  const sockets = new Set(inodes.map((inode) => `socket:[${inode}]`));
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (openFiles(pid).some((target) => sockets.has(target))) {
      const command = readOr(`/proc/${pid}/cmdline`, '').replaceAll('\0', ' ').trim();
      return `process ${pid}${command === '' ? '' : ` (${command.slice(0, 120)})`}`;
    }
  }
  return undefined;
}

/** What the open files of a process point at; none of a process that belongs to somebody else. */
function openFiles(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return ''; // closed between the two calls
      }
    });
  } catch {
    return [];
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}

/**
 * @param table content of /proc/net/tcp or tcp6
 * @returns inodes of the sockets that listen on `port`
 */
export function listeningInodes(table: string, port: number): string[] {
  const listening = '0A';
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${wanted}`) === true && fields[3] === listening)
    .flatMap((fields) => fields[9] ?? []);
}

function findListenerByLsof(port: number): string | undefined {
  const { status, stdout } = spawnSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], {
    encoding: 'utf8',
  });
  return status === 0 ? readLsof(stdout) : undefined;
}

/** @param fields printed by `lsof -Fpc`: one field a line, its name as the first letter */
export function readLsof(fields: string): string | undefined {
  const pid = /^p(\d+)$/m.exec(fields)?.[1];
  const command = /^c(.+)$/m.exec(fields)?.[1];
  return pid === undefined ? undefined : `process ${pid}${command === undefined ? '' : ` (${command})`}`;
}
