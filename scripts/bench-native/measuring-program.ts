import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { signalGroup, spawnGroup } from '../run/process-group.ts';

/** Of calls made one after the other; nanoseconds of one. */
export interface Timing {
  readonly best: number;
  readonly median: number;
  readonly calls: number;
  /** Of one call, where a rate is of interest, else 0. */
  readonly operations: number;
}

/** Peaks of resident memory before and after one call, and the working memory that the caller gave; bytes. */
export interface MemoryUse {
  readonly before: number;
  readonly after: number;
  readonly workspace: number;
}

/** Vector instructions that the library can use on this CPU. */
export interface Level {
  readonly name: string;
  /** Whether it has a bound that spares most products. */
  readonly bound: boolean;
}

/** What a program says about itself. The last of the levels and peaks is the best on this CPU. */
export interface Description {
  readonly build: string;
  readonly levels: readonly Level[];
  readonly peaks: readonly string[];
  readonly vnni: boolean;
}

/** A program that measures what it is asked to; native-libs/bench/main.cpp says how it is asked. */
export class MeasuringProgram {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #complaints = '';

  /** @param environment the whole of it */
  constructor(program: string, args: readonly string[], environment: NodeJS.ProcessEnv) {
    const child = spawnGroup(program, args, { env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
    if (child.stdout === null || child.stderr === null) throw new Error('the program has no pipes');
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stderr.on('data', (chunk: Buffer) => (this.#complaints += chunk.toString()));
    child.on('error', (error) => (this.#complaints += error.message));
    // A program that ended tells so by the missing answer.
    child.stdin?.on('error', () => undefined);
  }

  /** What it wrote to standard error. */
  get complaints(): string {
    return this.#complaints;
  }

  describe(): Promise<Description> {
    return this.#ask<Description>('describe');
  }

  async load(file: string, rows: number, dimension: number): Promise<void> {
    await this.#ask('load', String(rows), String(dimension), file);
  }

  run(specification: string, milliseconds: number): Promise<Timing> {
    return this.#ask<Timing>('run', String(milliseconds), specification);
  }

  /** Writes the scores of the last run, float64, into a file. */
  async writeScores(specification: string, file: string): Promise<void> {
    await this.#ask('scores', file, specification);
  }

  memory(specification: string): Promise<MemoryUse> {
    return this.#ask<MemoryUse>('memory', specification);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, 'close');
    signalGroup(this.#child, 'SIGTERM');
    await closed;
  }

  async #ask<Answer>(...fields: string[]): Promise<Answer> {
    this.#child.stdin?.write(`${fields.join('\t')}\n`);
    const line = await this.#lines.next();
    if (line.done === true) throw new Error(`${this.#child.spawnfile} ended: ${this.#complaints.trim()}`);
    const answer = JSON.parse(line.value) as Answer & { readonly error?: string };
    if (answer.error !== undefined) throw new Error(`${fields.join(' ')}: ${answer.error}`);
    return answer;
  }
}
