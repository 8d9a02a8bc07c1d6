import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Ended {
  /** Null after the deadline. */
  readonly code: number | null;
  readonly printed: string;
}

/**
 * Runs a command of the project's root to its end.
 * @param seconds after which it is killed, with everything that it started
 */
export async function run([program = '', ...args]: readonly string[], seconds: number): Promise<Ended> {
  const child = spawn(program, args, { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  const deadline = setTimeout(() => {
    // The group: a build or a test run is a tree of processes.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, seconds * 1000);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, printed: Buffer.concat(output).toString() };
  } finally {
    clearTimeout(deadline);
  }
}

/**
 * Whether all programs are here; where one is not, a line says so.
 * @param programs with the Debian package that brings each
 */
export function hasPrograms(what: string, programs: Readonly<Record<string, string>>): boolean {
  const missing = Object.keys(programs).filter((program) => spawnSync(program, ['--version']).status !== 0);
  for (const program of missing) {
    console.log(`skipped: ${what}: ${program} is not there (Debian: sudo apt install ${programs[program]})`);
  }
  return missing.length === 0;
}

/**
 * Builds the native libraries and their tests in native-libs/build-<name>, which a later run finds again.
 * @throws Error with what the tools printed
 */
export async function buildNative(name: string, options: readonly string[]): Promise<string> {
  const folder = `native-libs/build-${name}`;
  const configure = ['cmake', '-S', 'native-libs', '-B', folder, '-DFACE_WARNINGS_AS_ERRORS=OFF', ...options];
  for (const command of [configure, ['cmake', '--build', folder, '--parallel', '2']]) {
    const { code, printed } = await run(command, 300);
    if (code !== 0) throw new Error(`${command.join(' ')}\n${printed}`);
  }
  return folder;
}

/**
 * Runs the tests of a build.
 * @param selection arguments of ctest; none are all tests
 * @returns what ctest printed, its summary at least
 * @throws Error with everything that failing tests printed
 */
export async function runNativeTests(
  folder: string,
  seconds: number,
  selection: readonly string[] = [],
): Promise<string> {
  const command = [
    'ctest',
    '--test-dir',
    folder,
    '--output-on-failure',
    '--parallel',
    '2',
    '--no-tests=error',
  ];
  const { code, printed } = await run([...command, ...selection], seconds);
  if (code !== 0) throw new Error(printed);
  return printed;
}
