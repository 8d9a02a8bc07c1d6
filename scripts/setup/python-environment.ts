import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Minutes after which an installation counts as stuck. */
const patienceMinutes = 10;

/** A Python with exactly the packages that were asked for. */
export interface PythonEnvironment {
  readonly python: string;
  /** Folder of `python`, to be put first in PATH. */
  readonly bin: string;
}

/** Why there is none, in one line. */
export interface NoPython {
  readonly problem: string;
}

export interface PythonOptions {
  /** Of the environment; what is there is replaced when it was made for something else. */
  readonly folder: string;
  /** Words of `pip install`, such as `numpy==1.26.4` or `--requirement FILE`. */
  readonly requirements: readonly string[];
  /** Files that the requirements name: when one changes, the environment is made again. */
  readonly files?: readonly string[];
  /** The interpreter that it is made of. */
  readonly program?: string;
  readonly signal?: AbortSignal;
}

/** Where environments are kept: `<cache>/python/<name>`, in the cache folder of the whole product. */
export function pythonFolder(environment: NodeJS.ProcessEnv, name: string): string {
  const { FACE_V3_CACHE_DIR: own, XDG_CACHE_HOME: xdg } = environment;
  const ours = 'face-search-backend';
  const cache = () => {
    if (own !== undefined && own.trim() !== '') return resolve(own);
    if (xdg?.startsWith('/') === true) return join(xdg, ours);
    return join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache', ours);
  };
  return join(cache(), 'python', name);
}

/**
 * Makes a virtual environment unless it is there and complete. Two processes may do so at the same time.
 * @throws when the signal is aborted
 */
export async function preparePython(options: PythonOptions): Promise<PythonEnvironment | NoPython> {
  const { folder, requirements, files = [], program = 'python3', signal } = options;
  const made = (place: string) => ({ python: join(place, 'bin', 'python'), bin: join(place, 'bin') });
  const execution = { ...(signal === undefined ? {} : { signal }), timeout: patienceMinutes * 60_000 };
  // Its folder only counts as complete with a stamp, and appears under its name in one step.
  const unfinished = `${folder}.${process.pid}`;
  try {
    const { stdout } = await run(
      program,
      ['-c', 'import sys; print(sys.version, sys.executable)'],
      execution,
    );
    const stamp = [stdout.trim(), ...requirements, ...files.map((file) => readFileSync(file, 'utf8'))].join(
      '\n',
    );
    if (stampOf(folder) === stamp) return made(folder);
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(dirname(folder), { recursive: true });
    await run(program, ['-m', 'venv', unfinished], execution);
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...requirements];
    await run(made(unfinished).python, install, execution);
    writeFileSync(join(unfinished, 'made-for.txt'), stamp);
    rmSync(folder, { recursive: true, force: true });
    renameSync(unfinished, folder);
    return made(folder);
  } catch (error) {
    if (signal?.aborted === true) throw error;
    return { problem: lastLine(error) };
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function stampOf(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, 'made-for.txt'), 'utf8');
  } catch {
    return undefined;
  }
}

/** What pip and venv say in the end is what went wrong. */
function lastLine(error: unknown): string {
  const { stderr, message } = error as Error & { readonly stderr?: string };
  const lines = (stderr ?? '').split('\n').filter((line) => line.trim() !== '');
  return lines.findLast((line) => !/^\s|^WARNING/.test(line)) ?? message;
}
