import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listenPrivately, prepareSocket } from './unix-socket.js';

describe('unix socket', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'face-socket-'));
    path = join(folder, 'own', 's.sock');
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function listen() {
    const server = createServer();
    await listenPrivately(path, () => new Promise<void>((resolve) => server.listen(path, resolve)));
    return {
      close: () =>
        new Promise<void>((resolve, reject) => server.close((error) => (error ? reject(error) : resolve()))),
    };
  }

  it('is for its owner only, in a folder of its own', async () => {
    await prepareSocket(path);
    const server = await listen();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'own')).mode & 0o777).toBe(0o700);
    await server.close();
    expect(existsSync(path)).toBe(false);
  });

  it('is not taken from a process that listens on it', async () => {
    await prepareSocket(path);
    const server = await listen();
    await expect(prepareSocket(path)).rejects.toThrow('on which another process listens');
    await server.close();
  });

  it('replaces what a killed process has left', async () => {
    await prepareSocket(path);
    const script = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', script, path]);
    expect(existsSync(path)).toBe(true);
    await prepareSocket(path);
    expect(existsSync(path)).toBe(false);
  });

  it('is no other file, and no path that the system would cut off', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'x');
    await expect(prepareSocket(file)).rejects.toThrow('is not a socket');
    await expect(prepareSocket(join(folder, 'x'.repeat(120)))).rejects.toThrow('bytes');
    await expect(prepareSocket(join(folder, 'none', 'none', 's'))).rejects.toThrow('cannot be made');
  });
});
