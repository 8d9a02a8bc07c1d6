import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { privateContentIn } from './private-content.js';

/** A program of ours that runs as a process of its own, started the way the start script starts it. */
export class Program<Ready> {
  private constructor(
    readonly child: ChildProcess,
    readonly ready: Ready,
    private readonly output: string[],
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /**
   * Starts `entry` and resolves when it says over IPC that it is ready.
   * @param folder whose `.env` it reads
   * @throws Error with everything it printed when it exits before.
   */
  static async start<Ready>(entry: string, env: NodeJS.ProcessEnv, folder?: string): Promise<Program<Ready>> {
    const { child, output } = launch(entry, env, folder);
    const ready = await new Promise<Ready>((resolve, reject) => {
      child.on('message', (message: { type?: string }) => {
        if (message.type === 'ready') resolve(message as Ready);
      });
      child.once('exit', (code, signal) =>
        reject(new Error(`${entry} ended (${code ?? signal}) before it was ready:\n${output.join('')}`)),
      );
    });
    return new Program(child, ready, output, env);
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the process has no id');
    return this.child.pid;
  }

  /** All it printed so far, stdout and stderr together. */
  get printed(): string {
    return this.output.join('');
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /**
   * Asks it to end and resolves with its exit code, or with the signal that ended it.
   * @throws Error when it has printed what belongs to a caller: so every suite looks for that.
   */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals | null> {
    if (this.running) {
      // All that it says, its last lines too; nobody waits for workers that outlive one that was killed.
      const ended = once(this.child, signal === 'SIGKILL' ? 'exit' : 'close');
      this.child.kill(signal);
      await ended;
    }
    const leaked = privateContentIn(this.printed, this.env);
    if (leaked !== undefined) throw new Error(`A log holds ${leaked}`);
    return this.child.exitCode ?? this.child.signalCode;
  }
}

/**
 * Runs `entry` to its end, for programs that are expected to refuse to start.
 * @throws Error when it has printed what belongs to a caller, or a secret
 */
export async function runToEnd(
  entry: string,
  env: NodeJS.ProcessEnv,
  folder?: string,
): Promise<{ code: number | null; printed: string }> {
  const { child, output } = launch(entry, env, folder);
  const [code] = (await once(child, 'close')) as [number | null];
  const printed = output.join('');
  const leaked = privateContentIn(printed, env);
  if (leaked !== undefined) throw new Error(`A log holds ${leaked}`);
  return { code, printed };
}

/** @param folder by default one away from the project, whose .env is the developer's own */
function launch(
  entry: string,
  env: NodeJS.ProcessEnv,
  folder = tmpdir(),
): { child: ChildProcess; output: string[] } {
  const child = fork(entry, { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
  const output: string[] = [];
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  return { child, output };
}
