import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { TaskFailure } from '../run/failure.ts';
import { root } from '../run/root.ts';
import { type NoPython, preparePython, pythonFolder } from './python-environment.ts';

const run = promisify(execFile);

/** Minor versions of Python that the wheel's Triton has a stub for, and that there is a numpy 1 for, which it needs. */
const minors = [8, 9, 10, 11, 12];

const requirements = join(root, 'test/triton/requirements.txt');

/**
 * Says of the interpreter that runs it what a stub of Triton's Python backend has to know: it is a program of its own
 * that loads the interpreter as a library.
 */
const probe = `
import ctypes, json, platform, sysconfig, sys
name = sysconfig.get_config_var("INSTSONAME") or ""
library = None
try:
    if ".so" in name:
        ctypes.CDLL(name)
        paths = [line.split(maxsplit=5)[5].strip() for line in open("/proc/self/maps") if "/" + name in line]
        library = paths[0] if paths else None
except OSError:
    pass
try:
    import ensurepip, venv
    installs = True
except ImportError:
    installs = False
print(json.dumps({"minor": sys.version_info[1], "version": platform.python_version(), "libc": platform.libc_ver(),
                  "library": library, "installs": installs}))
`;

interface Probed {
  readonly minor: number;
  readonly version: string;
  readonly libc: readonly [name: string, version: string];
  /** Path of the shared libpython. */
  readonly library: string | null;
  /** Whether it can make virtual environments. */
  readonly installs: boolean;
}

/**
 * A Python environment with a real Triton server, for tests: the wheel of nvidia-pytriton, whose own interface is not
 * used.
 * @returns its folder, or why this machine cannot have one
 * @throws TaskFailure when it could, but cannot be installed
 */
export async function prepareTritonPython(
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<{ readonly folder: string } | NoPython> {
  const suitable = await suitablePython(signal);
  if ('problem' in suitable) return suitable;
  const { program, minor, library } = suitable;
  const folder = pythonFolder(environment, 'tritonserver');
  const made = await preparePython({
    folder,
    program,
    requirements: ['--no-deps', '--require-hashes', '--only-binary', ':all:', '--requirement', requirements],
    files: [requirements],
    signal,
  });
  if ('problem' in made) {
    throw new TaskFailure(`The Triton server for tests cannot be installed: ${made.problem}`);
  }
  // Of the stubs in the wheel the server looks for one at this place only.
  const server = join(folder, `lib/python3.${minor}/site-packages/pytriton/tritonserver`);
  const stub = `../../python_backend_stubs/3.${minor}/triton_python_backend_stub`;
  link(join(server, 'backends/python', basename(stub)), stub);
  // Where stubs find their libpython, and nothing else that could come between the server and its own libraries.
  link(join(folder, 'libpython', basename(library)), library);
  link(join(folder, 'tritonserver'), server);
  return { folder };
}

function link(path: string, target: string): void {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  symlinkSync(target, path);
}

type Suitable = Probed & { readonly program: string; readonly library: string };

async function suitablePython(signal: AbortSignal): Promise<Suitable | NoPython> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return {
      problem: `there is one for Linux on x86-64 only, not for ${process.platform} on ${process.arch}`,
    };
  }
  const versions = minors.toReversed().map((minor) => `python3.${minor}`);
  const problems: string[] = [];
  for (const program of ['python3', '/usr/bin/python3', ...versions]) {
    const probed = await probePython(program, signal);
    if (probed === undefined) continue;
    const { library } = probed;
    const problem = unsuited(probed);
    if (problem === undefined && library !== null) return { ...probed, program, library };
    problems.push(`Python ${probed.version} ${problem}`);
  }
  return { problem: problems[0] ?? 'there is no Python' };
}

async function probePython(program: string, signal: AbortSignal): Promise<Probed | undefined> {
  try {
    const { stdout } = await run(program, ['-c', probe], { signal, timeout: 60_000 });
    return JSON.parse(stdout) as Probed;
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}

/** @returns what is wrong with it, as the end of a sentence */
function unsuited({ minor, library, installs, libc: [name, version] }: Probed): string | undefined {
  if (!minors.includes(minor)) return `is not one of 3.${minors[0]} to 3.${minors.at(-1)}`;
  if (name !== 'glibc' || !isAtLeast(version, 2, 35)) {
    return `runs on ${name || 'another C library'} ${version}, not on glibc 2.35 or newer`;
  }
  if (library === null) {
    return `has no shared library (Debian and Ubuntu: sudo apt install libpython3.${minor})`;
  }
  if (!installs) return 'has no venv (Debian and Ubuntu: sudo apt install python3-venv)';
  return undefined;
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [a = 0, b = 0] = version.split('.').map(Number);
  return a > major || (a === major && b >= minor);
}
