import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { EmbeddingsAnswer } from './support/client.js';
import { privateContentIn } from './support/private-content.js';
import { cleanEnvironment } from './support/product.js';

const root = new URL('../', import.meta.url).pathname;

/** `npm start` without npm, whose shell would change exit codes. */
class Start {
  readonly child: ChildProcess;
  printed = '';
  readonly #welcomed = Promise.withResolvers<void>();

  constructor(settings: NodeJS.ProcessEnv = {}) {
    // Set to nothing: what a developer's .env says is taken back.
    const own = { FACE_V3_API_KEY: '', FACE_V3_API_KEY_FILE: '', FACE_V3_TRITON_URL: '', FACE_V3_ENV: '' };
    this.child = spawn(process.execPath, [join(root, 'scripts/bootstrap.mjs'), 'start'], {
      env: cleanEnvironment({ ...own, FACE_V3_PORT: '0', ...settings }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.printed += chunk.toString();
        if (this.printed.includes('Ctrl-C')) this.#welcomed.resolve();
      });
    }
  }

  /** Resolves when the product is ready to be used. */
  async welcome(): Promise<void> {
    const ended = this.end().then(() => {
      throw new Error(`it ended before the welcome:\n${this.printed}`);
    });
    await Promise.race([this.#welcomed.promise, ended]);
  }

  /**
   * @returns the exit code
   * @throws Error when what was printed holds what belongs to a caller
   */
  async end(): Promise<number | null> {
    const [code] = (await once(this.child, 'close')) as [number | null];
    const leaked = privateContentIn(this.printed, {});
    if (leaked !== undefined) throw new Error(`A log holds ${leaked}`);
    return code;
  }

  /** Ids of all processes that it started, by a word of their command. */
  descendants(word: string): number[] {
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
      .trim()
      .split('\n');
    const processes = lines.map((line) => {
      const [pid = '', parent = '', ...args] = line.trim().split(/\s+/);
      return { pid: Number(pid), parent: Number(parent), args: args.join(' ') };
    });
    const family = new Set([this.child.pid]);
    for (let size = 0; size < family.size;) {
      size = family.size;
      for (const { pid, parent } of processes) if (family.has(parent)) family.add(pid);
    }
    return processes.filter(({ pid, args }) => family.has(pid) && args.includes(word)).map(({ pid }) => pid);
  }

  get url(): string {
    return /Face search API\s+(\S+)/.exec(this.printed)?.[1] ?? '';
  }

  get socket(): string {
    return /unix:(\S+\.sock)/.exec(this.printed)?.[1] ?? '';
  }
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('npm start', () => {
  let start: Start | undefined;

  afterEach(() => {
    if (start?.child.exitCode === null) start.child.kill('SIGKILL');
  });

  it('shows a curl line that works, and leaves nothing behind after Ctrl-C', async () => {
    start = new Start();
    await start.welcome();
    expect(start.printed).toContain(`${start.url}/docs`);
    const curl = /(curl .*)/.exec(start.printed)?.[1] ?? 'false';
    const answer = JSON.parse(execFileSync('sh', ['-c', curl], { encoding: 'utf8' })) as EmbeddingsAnswer;
    expect(answer.results[0]?.num_faces).toBe(3);

    const programs = start.descendants('dist/');
    expect(programs).toHaveLength(2);
    expect(existsSync(start.socket)).toBe(true);
    start.child.kill('SIGINT');
    expect(await start.end()).toBe(0);
    expect(programs.filter(lives)).toEqual([]);
    expect(existsSync(dirname(start.socket))).toBe(false);
  });

  it.each(['dist/api', 'dist/model-server'])('stops everything when %s is killed', async (program) => {
    start = new Start();
    await start.welcome();
    const programs = start.descendants('dist/');
    for (const pid of start.descendants(program)) process.kill(pid, 'SIGKILL');
    expect(await start.end()).toBe(1);
    expect(start.printed).toContain('was ended by SIGKILL. What else was started is stopped.');
    expect(programs.filter(lives)).toEqual([]);
    expect(existsSync(dirname(start.socket))).toBe(false);
  });

  it('takes both programs with it when it is killed itself', async () => {
    start = new Start();
    await start.welcome();
    const connection = connect(Number(new URL(start.url).port), '127.0.0.1');
    await once(connection, 'connect');
    const closed = once(connection, 'close');
    for (const pid of start.descendants('scripts/start.ts')) process.kill(pid, 'SIGKILL');
    await closed;
    // The pipes end with the last process that writes to them.
    await start.end();
    expect(existsSync(start.socket)).toBe(false);
  });

  it('names the program that has the port, before it starts anything', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    start = new Start({ FACE_V3_PORT: String(port) });
    expect(await start.end()).toBe(1);
    expect(start.printed).toMatch(
      new RegExp(`Port ${port} on 127.0.0.1 is in use by .*process ${process.pid}`),
    );
    expect(start.printed).not.toContain('Model server ready');
    server.close();
  });

  it('passes on what the API says about a wrong setting, and stops the model server', async () => {
    start = new Start({ FACE_V3_MAX_BATCH_SIZE: 'many' });
    expect(await start.end()).toBe(1);
    expect(start.printed).toContain("FACE_V3_MAX_BATCH_SIZE is 'many'");
    expect(existsSync(dirname(start.socket))).toBe(false);
  });
});
