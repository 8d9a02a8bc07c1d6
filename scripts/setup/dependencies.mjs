import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { adviceFor } from './advice.mjs';
import { announceStep, endStep } from './step-line.mjs';

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [optional]
 * @property {boolean} [devOptional]
 *
 * @typedef {Record<string, LockedPackage>} LockedPackages
 */

/**
 * Runs `npm ci` unless what is installed is what the lock file says.
 * @param {string} root of the project
 * @returns {string | undefined} npm's words and what to do, when it failed
 */
export function installDependencies(root) {
  const name = 'dependencies';
  const wanted = readPackages(join(root, 'package-lock.json'));
  if (wanted === undefined)
    return 'package-lock.json is missing or damaged: restore it with "git checkout package-lock.json".';
  // npm writes this lock file last, so an interrupted installation leaves none.
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (installed !== undefined && isInstalled(wanted, installed)) {
    endStep(name);
    return undefined;
  }
  announceStep(name, 'npm ci, about a minute');
  const start = performance.now();
  const npm = npmCommand(process.env['npm_execpath']);
  const { status, signal, error, stdout, stderr } = spawnSync(
    npm.program,
    // Everything is needed whatever NODE_ENV or .npmrc say: the compiler is a development dependency, Node 24 an optional one.
    [
      ...npm.prefix,
      'ci',
      '--no-audit',
      '--no-fund',
      '--include=dev',
      '--include=optional',
      '--loglevel=error',
    ],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 2 ** 20, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  if (error !== undefined)
    return `npm cannot be run (${error.message}). It comes with Node: https://nodejs.org.`;
  if (signal !== null) return `npm ci was ended by ${signal}. Run the command again to continue.`;
  if (status !== 0) {
    const words = `${stderr}\n${stdout}`.trim();
    const advice = adviceFor(words) ?? 'Solve what npm says above, then run the command again.';
    return `npm ci could not install the dependencies. npm says:\n\n${words}\n\n${advice}`;
  }
  endStep(name, performance.now() - start);
  return undefined;
}

/**
 * Whether each package of the lock file is there in its version. Optional ones may be missing: they are for other
 * platforms.
 * @param {LockedPackages} wanted
 * @param {LockedPackages} installed
 */
export function isInstalled(wanted, installed) {
  const packages = Object.entries(wanted).filter(([path]) => path !== '');
  return packages.every(([path, { version, integrity, optional, devOptional }]) => {
    const there = installed[path];
    if (there === undefined) return optional === true || devOptional === true;
    return there.version === version && there.integrity === integrity;
  });
}

/**
 * @param {string} path of a lock file
 * @returns {LockedPackages | undefined} undefined when there is none that can be read
 */
function readPackages(path) {
  try {
    /** @type {{ packages?: LockedPackages }} */
    const lock = JSON.parse(readFileSync(path, 'utf8'));
    return lock.packages;
  } catch {
    return undefined;
  }
}

/**
 * The npm that runs this script, so that its version and settings are the user's; else the one in the PATH.
 * @param {string | undefined} running path of a package manager's program, as npm tells it to scripts
 */
export function npmCommand(running) {
  return running !== undefined && basename(running) === 'npm-cli.js'
    ? { program: process.execPath, prefix: [running] }
    : { program: 'npm', prefix: [] };
}
