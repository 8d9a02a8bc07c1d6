import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setting } from './environment.ts';
import { Interrupted, TaskFailure } from './failure.ts';
import type { Interruption } from './interruption.ts';
import { signalGroup, spawnGroup } from './process-group.ts';
import { type ProgramName, programTitles, programs } from './programs.ts';
import { root } from './root.ts';

/** Seconds that the API gives to running requests when it is asked to end, unless it is set. */
const usualGraceSeconds = 25;
/** Seconds after that until a program that does not end is killed. */
const patienceSeconds = 15;

/** What a program says over IPC when it serves requests. */
export interface ReadyMessage {
  readonly type: 'ready';
  /** Of the API. */
  readonly url?: string;
  /** When metrics are on. */
  readonly metricsUrl?: string;
  /** Of the model server. */
  readonly addresses?: readonly string[];
}

/** Where a program's log goes: to this process' terminal, or nowhere. */
export type ProgramOutput = 'inherit' | 'ignore';

/**
 * One of the two programs as a child of this process. When this process dies its IPC channel closes, and the
 * program ends by itself.
 */
export class Program {
  readonly name: ProgramName;
  /** Resolves with how the program ended, as in "ended with code 1". */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  readonly #ready: Promise<ReadyMessage>;
  readonly #killAfterSeconds: number;
  #stopping = false;

  constructor(name: ProgramName, environment: NodeJS.ProcessEnv, output: ProgramOutput = 'inherit') {
    this.name = name;
    const child = spawnGroup(process.execPath, ['--enable-source-maps', join(root, programs[name])], {
      cwd: root,
      env: environment,
      stdio: ['ignore', output, output, 'ipc'],
    });
    this.#child = child;
    const delay = Number(setting(environment, 'FACE_V3_SHUTDOWN_DELAY_SECONDS') ?? 0);
    const grace = Number(setting(environment, 'FACE_V3_SHUTDOWN_GRACE_SECONDS') ?? usualGraceSeconds);
    const allowed = delay + grace;
    this.#killAfterSeconds = (Number.isFinite(allowed) ? allowed : usualGraceSeconds) + patienceSeconds;
    this.ended = once(child, 'exit').then(([code, signal]: (number | string | null)[]) => {
      // Workers of a program that crashed.
      signalGroup(child, 'SIGKILL');
      return signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
    });
    this.#ready = new Promise((resolve) => {
      child.on('message', (message: ReadyMessage) => {
        if (message.type === 'ready') resolve(message);
      });
    });
  }

  get title(): string {
    return programTitles[this.name];
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Whether its end was asked for. */
  get stopping(): boolean {
    return this.#stopping;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /**
   * Resolves when the program serves requests.
   * @throws TaskFailure when it ended instead, Interrupted when the user asked to stop
   */
  async ready({ asked }: Interruption): Promise<ReadyMessage> {
    const ended = this.ended.then((how) => {
      throw new TaskFailure(`The ${this.title} ${how} before it was ready. What it said is above.`);
    });
    return Promise.race([this.#ready, ended, interrupted(asked)]);
  }

  /** Lets the program finish its running requests and resolves when it is gone; kills it when that is forced. */
  async stop({ forced }: Interruption): Promise<void> {
    this.#stopping = true;
    if (!this.running) return;
    const kill = () => signalGroup(this.#child, 'SIGKILL');
    if (forced.aborted) kill();
    else this.#child.kill('SIGTERM');
    const patience = setTimeout(kill, this.#killAfterSeconds * 1000);
    forced.addEventListener('abort', kill, { once: true });
    await this.ended;
    forced.removeEventListener('abort', kill);
    clearTimeout(patience);
  }
}

/**
 * Resolves when the user asks to stop. The programs still run then.
 * @throws TaskFailure when one of them ends by itself
 */
export async function untilStopAsked(programs: readonly Program[], { asked }: Interruption): Promise<void> {
  const falls = programs.map((program) => program.ended.then((how) => `The ${program.title} ${how}.`));
  const stop = interrupted(asked).catch(() => undefined);
  const fallen = await Promise.race([stop, ...falls]);
  if (fallen !== undefined) throw new TaskFailure(`${fallen} What else was started is stopped.`);
}

/** Rejects with {@link Interrupted} when the user asks to stop. */
export async function interrupted(asked: AbortSignal): Promise<never> {
  if (!asked.aborted) await once(asked, 'abort');
  throw new Interrupted();
}
