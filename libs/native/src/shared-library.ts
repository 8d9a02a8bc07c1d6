import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { FaceError } from '@face/errors';
import koffi from 'koffi';

/** Types of a C function's result and parameters, as koffi spells them or made by {@link cStruct}. */
export type CType = Parameters<typeof koffi.sizeof>[0];

/** What a declared function looks like before its arguments are given types by the caller. */
export interface CFunction {
  (...values: readonly unknown[]): unknown;
  readonly async: (...valuesAndCallback: readonly unknown[]) => void;
}

/** A C struct that is passed by pointer and copied when the call is made. */
export function cStruct(members: Readonly<Record<string, string>>): { pointer: CType; bytes: number } {
  const struct = koffi.struct({ ...members });
  return { pointer: koffi.pointer(struct), bytes: koffi.sizeof(struct) };
}

/** Where an array lies. */
export function addressOf(memory: Uint8Array): bigint {
  return koffi.address(memory);
}

/**
 * A shared library that was opened. What is wrong with the file becomes a `not_ready` error here, in a sentence
 * that names the file but not its folder; the cause has the whole path, for the log.
 */
export class SharedLibrary {
  readonly #handle: ReturnType<typeof koffi.load>;

  private constructor(
    readonly path: string,
    handle: ReturnType<typeof koffi.load>,
  ) {
    this.#handle = handle;
  }

  /** @throws FaceError `not_ready` when the file is absent or no shared library for this machine. */
  static open(path: string): SharedLibrary {
    if (!existsSync(path)) throw unusableLibrary(path, 'is not there');
    try {
      return new SharedLibrary(path, koffi.load(path));
    } catch (error) {
      throw unusableLibrary(path, 'is no shared library that this machine can load', error);
    }
  }

  /** What the program has in it anyway, the C library above all. */
  static ofProgram(): SharedLibrary {
    return new SharedLibrary(process.execPath, koffi.load(null));
  }

  /** File name without folder. */
  get name(): string {
    return basename(this.path);
  }

  /** Undefined when the library has no function of that name. */
  find(symbol: string, result: CType, parameters: readonly CType[]): CFunction | undefined {
    try {
      return this.#handle.func(symbol, result, [...parameters]) as CFunction;
    } catch (error) {
      if (error instanceof Error && error.message.includes('Cannot find function')) return undefined;
      throw error;
    }
  }

  /** @throws FaceError `not_ready` naming the function when the library does not have it. */
  get(symbol: string, result: CType, parameters: readonly CType[]): CFunction {
    const found = this.find(symbol, result, parameters);
    if (found === undefined) throw unusableLibrary(this.path, `has no function ${symbol}`);
    return found;
  }

  /**
   * Refuses a library whose interface has another version than these bindings.
   * @param symbol function without parameters that tells the version.
   */
  requireVersion(symbol: string, wanted: number): void {
    const version = this.get(symbol, 'uint32_t', [])();
    if (version !== wanted) {
      throw unusableLibrary(
        this.path,
        `has version ${String(version)} of its interface where version ${wanted} is needed`,
      );
    }
  }
}

/** @param trouble what is wrong with the file, as the rest of a sentence that begins with its name. */
export function unusableLibrary(path: string, trouble: string, error?: unknown): FaceError {
  const detail = error instanceof Error ? `: ${error.message}` : '';
  return new FaceError('not_ready', `The native library ${basename(path)} ${trouble}.`, {
    cause: new Error(`The native library ${path} ${trouble}${detail}`),
  });
}
