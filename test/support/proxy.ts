import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** Debian has them where only root looks. */
const programFolders = ['', '/usr/sbin/', '/usr/local/sbin/'];

/** Path of a program that can be run; undefined when there is none. */
function programNamed(name: string, versionOption: string): string | undefined {
  return programFolders
    .map((folder) => `${folder}${name}`)
    .find((program) => spawnSync(program, [versionOption]).status === 0);
}

const shipped = (name: string) =>
  readFileSync(new URL(`../../deploy/proxy/${name}`, import.meta.url), 'utf8');

/** The shipped configuration, for other ports. */
function configuration(name: string, port: number, servers: readonly [number, number]): string {
  return shipped(name)
    .replace('127.0.0.1:8000', `127.0.0.1:${port}`)
    .replace('127.0.0.1:8011', `127.0.0.1:${servers[0]}`)
    .replace('127.0.0.1:8012', `127.0.0.1:${servers[1]}`);
}

/** A real proxy in front of two servers, with the configuration that is shipped. */
export interface Proxy {
  readonly url: string;
  /** Resolves when a server that is back gets requests again. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export interface ProxyKind {
  readonly name: string;
  /** Whether this machine has it. */
  readonly present: boolean;
  /** @param folder of the test, for its files */
  start(folder: string, servers: readonly [number, number]): Promise<Proxy>;
}

const haproxy = programNamed('haproxy', '-v');
const nginx = programNamed('nginx', '-v');

export const proxyKinds: readonly ProxyKind[] = [
  {
    name: 'HAProxy',
    present: haproxy !== undefined,
    async start(folder, servers) {
      const port = await freePort();
      const socket = join(folder, 'haproxy.sock');
      const files = { control: join(folder, 'control.cfg'), proxy: join(folder, 'haproxy.cfg') };
      await writeFile(files.control, `global\n    stats socket ${socket}\n`);
      await writeFile(files.proxy, configuration('haproxy.cfg', port, servers));
      const child = launch(haproxy, ['-db', '-f', files.control, '-f', files.proxy]);
      await untilListening(child, port);
      const settled = () => untilAllUp(socket);
      await settled();
      return { url: `http://127.0.0.1:${port}`, settled, stop: () => end(child) };
    },
  },
  {
    name: 'nginx',
    present: nginx !== undefined,
    async start(folder, servers) {
      const port = await freePort();
      const place = join(folder, 'nginx');
      await mkdir(place);
      await writeFile(join(place, 'faces.conf'), configuration('nginx-faces.conf', port, servers));
      await writeFile(join(place, 'nginx.conf'), nginxSurroundings(process.getuid?.() === 0));
      const child = launch(nginx, ['-p', place, '-e', 'stderr', '-c', 'nginx.conf']);
      await untilListening(child, port);
      // fail_timeout; nginx tells nobody what it thinks of its servers.
      const settled = () => sleep(1000);
      return { url: `http://127.0.0.1:${port}`, settled, stop: () => end(child) };
    },
  },
];

/** What stands around conf.d/ in a distribution's own configuration, with all files in one folder. */
function nginxSurroundings(asRoot: boolean): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return [
    'daemon off; worker_processes 1; pid nginx.pid; error_log stderr;',
    // Its workers would be somebody who may not write here.
    ...(asRoot ? ['user root;'] : []),
    'events {}',
    'http {',
    'access_log off;',
    ...temporary.map((name) => `${name}_temp_path ${name};`),
    'include faces.conf;',
    '}',
  ].join('\n');
}

async function untilAllUp(socket: string): Promise<void> {
  for (;;) {
    const control = connect(socket);
    control.end('show stat\n');
    const servers = (await text(control)).split('\n').filter((line) => /^api,(first|second),/.test(line));
    if (servers.length === 2 && servers.every((line) => /,UP,/.test(line))) return;
    await sleep(50);
  }
}

interface Launched {
  readonly child: ChildProcess;
  /** What it printed, for when it does not start. */
  readonly words: string[];
}

function launch(program: string | undefined, args: readonly string[]): Launched {
  const child = spawn(program ?? '', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const words: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => words.push(chunk.toString()));
  return { child, words };
}

async function untilListening({ child, words }: Launched, port: number): Promise<void> {
  while (child.exitCode === null) {
    const socket = connect(port, '127.0.0.1');
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (connected) return;
    await sleep(20);
  }
  throw new Error(`the proxy ended with code ${child.exitCode}:\n${words.join('')}`);
}

async function end({ child }: Launched): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
