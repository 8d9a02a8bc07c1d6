import { once } from 'node:events';
import { adviceFor } from '../setup/advice.mjs';
import { Interrupted, TaskFailure } from './failure.ts';
import { signalGroup, spawnGroup } from './process-group.ts';
import { root } from './root.ts';

export interface CommandOptions {
  /** Ends the command, and everything that it started, when aborted. */
  readonly stop: AbortSignal;
  readonly env?: NodeJS.ProcessEnv;
  /** Working folder; the project's by default. */
  readonly folder?: string;
}

/** What goes to the terminal; the rest is kept. */
export type Shown = 'all' | 'errors' | 'nothing';

const outputs = {
  all: ['inherit', 'inherit'],
  errors: ['pipe', 'inherit'],
  nothing: ['pipe', 'pipe'],
} as const satisfies Record<Shown, readonly string[]>;

export interface CommandResult {
  readonly code: number;
  /** Standard output and error in the order of their arrival; without what went to the terminal. */
  readonly output: string;
}

/**
 * Runs a command to its end.
 * @throws Interrupted when `stop` was aborted
 * @throws TaskFailure when the program cannot be run at all
 */
export async function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions & { readonly show: Shown },
): Promise<CommandResult> {
  if (options.stop.aborted) throw new Interrupted();
  const child = spawnGroup(program, args, {
    cwd: options.folder ?? root,
    env: options.env ?? process.env,
    stdio: ['ignore', ...outputs[options.show]],
  });
  const end = () => signalGroup(child, 'SIGTERM');
  options.stop.addEventListener('abort', end, { once: true });
  const output: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => output.push(chunk));
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    if (options.stop.aborted) throw new Interrupted();
    const words = Buffer.concat(output).toString();
    return {
      code: code ?? 1,
      output: signal === null ? words : `${words}\n${program} was ended by ${signal}.`,
    };
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    throw new TaskFailure(`${program} cannot be run: ${(error as Error).message}`, { cause: error });
  } finally {
    options.stop.removeEventListener('abort', end);
  }
}

/**
 * Runs a command whose output matters only when it fails.
 * @param what was attempted, as in "The native libraries could not be built"
 * @returns what it printed
 * @throws TaskFailure with its output and, where known, what to do
 */
export async function runQuietly(
  what: string,
  program: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<string> {
  const { code, output } = await runCommand(program, args, { ...options, show: 'nothing' });
  if (code === 0) return output;
  const advice = adviceFor(output);
  throw new TaskFailure(`${output.trim()}\n\n${what}: see above.${advice === undefined ? '' : ` ${advice}`}`);
}
