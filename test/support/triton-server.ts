import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** Folder of the Python environment that `npm run test:triton` makes. */
const environmentVariable = 'FACE_TEST_TRITON_PYTHON';

/** Seconds until a server that does not get ready, or does not end, is given up. */
const startSeconds = 120;
const stopSeconds = 40;

/** Starts the server so that it ends with this process, whatever this one dies of. */
const withParent = `
import ctypes, os, signal, sys
PR_SET_PDEATHSIG = 1
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
os.execv(sys.argv[1], sys.argv[1:])
`;

let started = 0;

/** A real `tritonserver` on CPUs, from the wheel of nvidia-pytriton. */
export class TritonServer {
  private constructor(
    private readonly child: ChildProcess,
    /** host:port of its gRPC service. */
    readonly address: string,
    private readonly shmPrefix: string,
    private readonly output: string[],
  ) {}

  /**
   * Resolves when all models are ready.
   * @param repository folder of the models
   * @param options further ones of tritonserver
   * @throws Error with everything it printed when it ends before, or takes too long
   */
  static async start(repository: string, options: readonly string[] = []): Promise<TritonServer> {
    const environment = pythonEnvironment();
    const server = join(environment, 'tritonserver');
    const port = await freePort();
    // Of this server alone, for a stub that is killed leaves its memory behind.
    const shmPrefix = `face_test_${process.pid}_${started++}_`;
    const child = spawn(
      join(environment, 'bin/python'),
      [
        ...['-c', withParent, join(server, 'bin/tritonserver')],
        `--model-repository=${repository}`,
        `--backend-directory=${join(server, 'backends')}`,
        `--backend-config=python,shm-region-prefix-name=${shmPrefix}`,
        ...['--allow-http=false', '--allow-metrics=false', '--disable-auto-complete-config'],
        ...['--grpc-address=127.0.0.1', `--grpc-port=${port}`, '--rate-limit=execution_count'],
        ...options,
      ],
      { env: serverEnvironment(environment), stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const output: string[] = [];
    const address = `127.0.0.1:${port}`;
    const triton = new TritonServer(child, address, shmPrefix, output);
    try {
      // It says so when all models are loaded; when one cannot be, it ends.
      await triton.untilPrinted(`Started GRPCInferenceService at ${address}`);
      return triton;
    } catch (error) {
      await triton.stop('SIGKILL');
      throw error;
    }
  }

  get url(): string {
    return this.address;
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the process has no id');
    return this.child.pid;
  }

  /** All it printed so far. */
  get printed(): string {
    return this.output.join('');
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /**
   * Processes in which models in Python run.
   * @param model its name; all models when there is none
   */
  stubs(model?: string): number[] {
    const parentOf = (pid: string) =>
      / (\d+) /.exec(readOr(`/proc/${pid}/stat`).replace(/^.*\) \S/s, ''))?.[1];
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && parentOf(name) === String(this.pid))
      .filter((pid) => model === undefined || readOr(`/proc/${pid}/cmdline`).includes(`/${model}/1/model.py`))
      .map(Number);
  }

  /** Asks it to end, kills it when it does not, and resolves with its exit code or the signal that ended it. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals | null> {
    if (this.running) {
      const ended = once(this.child, 'exit');
      if (signal === 'SIGKILL') this.kill();
      else this.child.kill(signal);
      const patience = setTimeout(() => this.kill(), stopSeconds * 1000);
      await ended;
      clearTimeout(patience);
    }
    for (const name of readdirSync('/dev/shm').filter((each) => each.startsWith(this.shmPrefix))) {
      rmSync(join('/dev/shm', name), { force: true });
    }
    return this.child.exitCode ?? this.child.signalCode;
  }

  /** Stubs outlive a server that is killed. */
  private kill(): void {
    const stubs = this.stubs();
    this.child.kill('SIGKILL');
    for (const pid of stubs) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
  }

  private untilPrinted(words: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (what: string) => reject(new Error(`tritonserver ${what}:\n${this.printed}`));
      const patience = setTimeout(() => fail(`was not ready after ${startSeconds} s`), startSeconds * 1000);
      this.child.once('error', (error) => fail(`cannot be run (${error.message})`));
      this.child.once('exit', (code, signal) => {
        clearTimeout(patience);
        fail(`ended (${code ?? signal}) before it was ready`);
      });
      for (const stream of [this.child.stdout, this.child.stderr]) {
        stream?.on('data', (chunk: Buffer) => {
          this.output.push(chunk.toString());
          if (!this.printed.includes(words)) return;
          clearTimeout(patience);
          resolve();
        });
      }
    });
  }
}

/** Empty for a process that ended in the meantime. */
function readOr(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function pythonEnvironment(): string {
  const folder = process.env[environmentVariable];
  if (folder === undefined) {
    throw new Error('No real Triton was made ready: run "npm run test:triton", which does.');
  }
  return folder;
}

/** Stubs ignore PYTHONPATH; they take the packages of the `python3` that they find in PATH. */
function serverEnvironment(environment: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: `${join(environment, 'bin')}:${process.env['PATH'] ?? ''}`,
    LD_LIBRARY_PATH: join(environment, 'libpython'),
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
