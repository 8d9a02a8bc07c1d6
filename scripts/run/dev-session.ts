import { createInterface } from 'node:readline';
import { nestCommand } from '../setup/compile.ts';
import { hashContent } from '../setup/content-hash.ts';
import { buildNativeLibraries } from '../setup/native-build.ts';
import { Interrupted, TaskFailure } from './failure.ts';
import type { Interruption } from './interruption.ts';
import { spawnGroup } from './process-group.ts';
import type { Product } from './product.ts';
import type { Program } from './program.ts';
import { type ProgramName, programTitles } from './programs.ts';
import { root } from './root.ts';

/** Editors write a file in several steps; milliseconds of silence after which it counts as written. */
const settleTime = 200;

/** Restarts the halves of a running product when what they are made of changes. */
export class DevSession {
  readonly #product: Product;
  readonly #interruption: Interruption;
  /** Compiled code of each program when it was last started. */
  readonly #started = new Map<ProgramName, string>();
  /** Restarts follow each other: two at a time would fight for the port. */
  #work: Promise<void> = Promise.resolve();
  #settle: NodeJS.Timeout | undefined;

  constructor(product: Product, interruption: Interruption) {
    this.#product = product;
    this.#interruption = interruption;
    for (const program of product.programs) {
      this.#started.set(program.name, compiledCode(program.name));
      this.#tellWhenItFalls(program);
    }
  }

  /** Compiles on every edit; errors are shown, and the program that ran goes on until they are mended. */
  watchProgram(name: ProgramName): void {
    const compiler = spawnGroup(
      process.execPath,
      [nestCommand, 'build', name, '--watch', '--preserveWatchOutput'],
      { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    if (compiler.stdout === null) throw new Error('the compiler has no output');
    createInterface({ input: compiler.stdout }).on('line', (line) => {
      const found = errorsFound(line);
      if (found === 0) this.#restartIfChanged(name);
      else if (line.trim() !== '' && !isChatter(line)) process.stdout.write(`${line}\n`);
    });
  }

  nativeSourcesChanged(): void {
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => {
      this.#enqueue(async () => {
        await buildNativeLibraries(this.#interruption.asked);
        for (const { name } of this.#product.programs) await this.#restart(name);
      });
    }, settleTime);
  }

  /** Resolves when no restart is under way and none will begin. */
  async end(): Promise<void> {
    clearTimeout(this.#settle);
    await this.#work;
  }

  #restartIfChanged(name: ProgramName): void {
    this.#enqueue(async () => {
      const code = compiledCode(name);
      if (this.#started.get(name) === code) return;
      this.#started.set(name, code);
      await this.#restart(name);
    });
  }

  async #restart(name: ProgramName): Promise<void> {
    process.stdout.write(`\nThe ${programTitles[name]} changed and starts again.\n`);
    this.#tellWhenItFalls(await this.#product.restart(name));
  }

  #enqueue(work: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (this.#interruption.asked.aborted) return;
      try {
        await work();
      } catch (error) {
        if (error instanceof TaskFailure) process.stderr.write(`\n${error.message}\nWaiting for an edit.\n`);
        else if (!(error instanceof Interrupted)) throw error;
      }
    });
  }

  #tellWhenItFalls(program: Program): void {
    void program.ended.then((how) => {
      if (program.stopping) return;
      process.stderr.write(`\nThe ${program.title} ${how}. It starts again after the next edit.\n`);
    });
  }
}

/** Formatting does not change it. */
function compiledCode(name: ProgramName): string {
  return hashContent(root, [`dist/${name}`], (path) => path.endsWith('.js'));
}

/** @param line that `tsc --watch` prints, as in "Found 2 errors. Watching for file changes." */
export function errorsFound(line: string): number | undefined {
  const found = /Found (\d+) errors?\. Watching for file changes/.exec(line)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** What the compiler says although nothing is wrong. */
function isChatter(line: string): boolean {
  return /Starting (incremental )?compilation|File change detected/.test(line);
}
