import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Agreement, compareScores, worseOf } from './agreement.ts';
import { type DataSet, writeDataSet } from './data-set.ts';
import { type Description, type Level, MeasuringProgram } from './measuring-program.ts';
import { type Contender, type RoundOptions, runRounds, type Timings } from './rounds.ts';

/** How the programs that measure are started. */
export interface Programs {
  startNative(): MeasuringProgram;
  /** Undefined where there is no numpy. */
  readonly startNumpy: (() => MeasuringProgram) | undefined;
  /** numpy with the kernels that the environment forces on OpenBLAS; undefined where it forces none. */
  readonly startForcedNumpy: (() => MeasuringProgram) | undefined;
}

export const labels = {
  naive: 'naive C',
  numpy: 'numpy',
  forced: 'numpy, forced kernels',
  library: 'library',
  unbounded: 'library without the bound',
} as const;

/** The programs of a run and what they have in common. */
export class Bench {
  readonly options: RoundOptions;
  readonly programs: Programs;
  readonly native: MeasuringProgram;
  readonly numpy: MeasuringProgram | undefined;
  readonly forcedNumpy: MeasuringProgram | undefined;
  /** For files that live as long as the bench. */
  readonly folder = mkdtempSync(join(tmpdir(), 'bench-native-'));
  readonly #description: Description;
  #agreement: Agreement | undefined;

  private constructor(
    programs: Programs,
    native: MeasuringProgram,
    description: Description,
    options: RoundOptions,
  ) {
    this.programs = programs;
    this.options = options;
    this.native = native;
    this.numpy = programs.startNumpy?.();
    this.forcedNumpy = programs.startForcedNumpy?.();
    this.#description = description;
  }

  static async open(programs: Programs, options: RoundOptions): Promise<Bench> {
    const native = programs.startNative();
    return new Bench(programs, native, await native.describe(), options);
  }

  /** The library's release, compiler and level of vector instructions. */
  get build(): string {
    return this.#description.build;
  }
  /** Levels of the library on this CPU, the best one last. */
  get levels(): readonly Level[] {
    return this.#description.levels;
  }
  get peaks(): readonly string[] {
    return this.#description.peaks;
  }
  get bestLevel(): string {
    return this.levels.at(-1)?.name ?? '';
  }
  get hasVnni(): boolean {
    return this.#description.vnni;
  }
  get bestPeak(): string {
    return this.peaks.at(-1) ?? '';
  }

  /** The largest differences of all scores that were compared so far; undefined when none were. */
  get agreement(): Agreement | undefined {
    return this.#agreement;
  }

  ours(label: string, specification: string): Contender {
    return { label, program: this.native, specification };
  }

  /** Reference and yardsticks; those of numpy where it is there. */
  yardsticks(): Contender[] {
    const contenders: Contender[] = [
      { label: labels.naive, program: this.native, specification: 'naive', slow: true },
    ];
    if (this.numpy !== undefined) {
      contenders.push({ label: labels.numpy, program: this.numpy, specification: 'rerank' });
    }
    if (this.forcedNumpy !== undefined) {
      contenders.push({ label: labels.forced, program: this.forcedNumpy, specification: 'rerank' });
    }
    return contenders;
  }

  /** Runs contenders on a data set, in turns. */
  async time(data: DataSet, contenders: readonly Contender[]): Promise<Timings> {
    const file = join(this.folder, 'rows.f32');
    writeDataSet(file, data);
    for (const program of new Set(contenders.map(({ program }) => program))) {
      await program.load(file, data.values.length / data.dimension, data.dimension);
    }
    return runRounds(contenders, this.options);
  }

  /** Runs contenders on a data set, in turns, and compares their scores with those of the first. */
  async timeAndCompare(data: DataSet, contenders: readonly Contender[]): Promise<Timings> {
    const timings = await this.time(data, contenders);
    await this.compare(contenders);
    return timings;
  }

  /** Compares the scores of the last calls with those of the first contender. */
  async compare(contenders: readonly Contender[]): Promise<void> {
    const [reference] = contenders;
    if (reference === undefined) return;
    const agreement = await compareScores(contenders, reference, this.folder);
    this.#agreement = this.#agreement === undefined ? agreement : worseOf(this.#agreement, agreement);
  }

  async close(): Promise<void> {
    await Promise.all([this.native.stop(), this.numpy?.stop(), this.forcedNumpy?.stop()]);
    rmSync(this.folder, { recursive: true });
  }
}
