import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';

/** Who listens on a port, as in "node (process 4711)"; undefined when it cannot be known. */
export async function portHolder(port: number): Promise<string | undefined> {
  const found = process.platform === 'linux' ? await fromProc(port) : await fromLsof(port);
  return found === undefined ? undefined : `${found.name} (process ${found.pid})`;
}

interface Holder {
  readonly name: string;
  readonly pid: number;
}

/** Other people's processes keep their sockets to themselves: they are not found. */
async function fromProc(port: number): Promise<Holder | undefined> {
  const sockets = await listeningSockets(port);
  if (sockets.size === 0) return undefined;
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  for (const pid of pids) {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const descriptor of descriptors) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
      if (!sockets.has(target)) continue;
      // The first argument, not the process' own name: Node calls itself MainThread.
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return { name: basename(command.split('\0')[0] ?? '') || 'a program', pid: Number(pid) };
    }
  }
  return undefined;
}

/** As `socket:[inode]`, from the kernel's tables: local address, remote address, state 0A = listening. */
async function listeningSockets(port: number): Promise<ReadonlySet<string>> {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  const sockets = new Set<string>();
  for (const line of tables.join('\n').split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (fields[1]?.endsWith(`:${hexPort}`) === true && fields[3] === '0A')
      sockets.add(`socket:[${fields[9]}]`);
  }
  return sockets;
}

async function fromLsof(port: number): Promise<Holder | undefined> {
  try {
    const { stdout } = await promisify(execFile)('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']);
    const pid = /^p(\d+)$/m.exec(stdout)?.[1];
    return pid === undefined
      ? undefined
      : { name: /^c(.+)$/m.exec(stdout)?.[1] ?? 'a program', pid: Number(pid) };
  } catch {
    // No lsof here, or it found nobody: the sentence goes without a name.
    return undefined;
  }
}
