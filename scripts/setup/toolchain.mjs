import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { isOlder } from './platform.mjs';

/** Written after a successful build of the native libraries. */
export const nativeBuildStamp = 'native-libs/build/.inputs-sha256';

const oldestCMake = [3, 20];
const libraryAndLanguage = '#include <optional>\nint main() { if (std::optional<int> x{0}; x) return *x; }\n';

/** What brings the tools on each system. */
const packages = [
  '  Debian, Ubuntu   sudo apt install build-essential cmake',
  '  Fedora           sudo dnf install gcc gcc-c++ make cmake',
  '  macOS            xcode-select --install && brew install cmake',
].join('\n');

/** @param {string} root of the project */
export function nativeLibrariesAreBuilt(root) {
  return existsSync(join(root, nativeBuildStamp));
}

/**
 * Whether the machine can build the native libraries: a compiler for C and C++17, make or ninja, CMake.
 * @returns {string | undefined} what is missing and which package brings it
 */
export function toolchainProblem() {
  const problems = [compilerProblem(), cmakeProblem(), buildToolProblem()].filter(
    (problem) => problem !== undefined,
  );
  if (problems.length === 0) return undefined;
  return `${problems.join('\n')}\n\nThe native libraries are built from source. Install the tools with\n\n${packages}\n\nthen run the command again.`;
}

/** @returns {string | undefined} */
function compilerProblem() {
  const named = process.env['CXX'];
  const candidates = named === undefined || named === '' ? ['c++', 'g++', 'clang++'] : [named];
  const found = candidates.filter((compiler) => run(compiler, ['--version']).status === 0);
  if (found.length === 0) return `No C++ compiler was found (tried ${candidates.join(', ')}).`;
  const compiles = (/** @type {string} */ compiler) =>
    run(compiler, ['-std=c++17', '-fsyntax-only', '-x', 'c++', '-'], libraryAndLanguage).status === 0;
  if (found.some(compiles)) return undefined;
  return `The C++ compiler (${found.join(', ')}) does not know C++17 or lacks its standard library: a newer one is needed.`;
}

/** @returns {string | undefined} */
function cmakeProblem() {
  const { status, stdout } = run('cmake', ['--version']);
  if (status !== 0) return 'CMake was not found.';
  const version = readCMakeVersion(stdout);
  if (version !== undefined && !isOlder(version, oldestCMake)) return undefined;
  return `CMake ${oldestCMake.join('.')} or newer is needed, this is ${version ?? 'an unknown version'} (for a system without a newer package: "pipx install cmake").`;
}

/**
 * @param {string} printed by `cmake --version`
 * @returns {string | undefined}
 */
export function readCMakeVersion(printed) {
  return /cmake version (\d+\.\d+(\.\d+)?)/.exec(printed)?.[1];
}

/** @returns {string | undefined} */
function buildToolProblem() {
  return buildGenerator() === undefined ? 'Neither make nor ninja was found.' : undefined;
}

/** The CMake generator for the build tool that is here. */
export function buildGenerator() {
  if (run('make', ['--version']).status === 0) return 'Unix Makefiles';
  return run('ninja', ['--version']).status === 0 ? 'Ninja' : undefined;
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {string} [input]
 */
function run(program, args, input = '') {
  return spawnSync(program, args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
}
