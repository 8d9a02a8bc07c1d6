import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { descendants } from './processes.mjs';

const startSeconds = 60;
const stopSeconds = 45;

/**
 * @typedef {object} Image
 * @property {string} target
 * @property {string[]} buildah the command, with where it keeps things
 * @property {string} container its name there
 * @property {string} mount where its files are
 * @property {{ Env: string[], Entrypoint: string[], Cmd: string[], User: string, WorkingDir: string,
 *   Healthcheck: { Test: string[] } }} config as Docker reads it
 */

/** An image whose command runs. How is up to the classes that extend this one. */
export class Container {
  /**
   * @param {Image} image
   * @param {Record<string, string>} environment beside the image's own
   */
  constructor(image, environment) {
    this.image = image;
    this.environment = environment;
    const { Entrypoint, Cmd } = image.config;
    this.started = Date.now();
    const [program, ...args] = this.commandFor([...Entrypoint, ...Cmd]);
    this.output = [];
    this.child = spawn(program, args, { env: this.programEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.on('data', (chunk) => this.output.push(chunk.toString()));
    }
    this.ended = once(this.child, 'close');
  }

  /** Of the process that is spawned. */
  programEnvironment() {
    return process.env;
  }

  /** Resolves when the image's own health check passes. */
  async healthy() {
    const [kind, ...test] = this.image.config.Healthcheck.Test;
    if (kind !== 'CMD') throw new Error(`${this.image.target}: the health check needs a shell`);
    let words = '';
    while (Date.now() - this.started < startSeconds * 1000) {
      if (this.child.exitCode !== null) break;
      const [program, ...args] = this.commandFor(test);
      const { status, stderr } = spawnSync(program, args, {
        env: this.programEnvironment(),
        encoding: 'utf8',
      });
      if (status === 0) return;
      words = stderr;
      await pause(250);
    }
    throw this.failure(`does not become healthy: ${words.trim()}`);
  }

  /** The image's own processes, tini first. */
  processes() {
    const all = descendants(this.child.pid ?? 0);
    return all.slice(all.findIndex(({ name }) => name === 'tini'));
  }

  /** @param {number} programs that tini has started, with theirs */
  assertProcesses(programs) {
    const found = this.processes();
    if (found[0]?.name !== 'tini') throw this.failure('tini does not run');
    if (found.length !== programs + 1) throw this.failure(`${found.length - 1} processes, not ${programs}`);
    const other = found.find(
      ({ users, capabilities }) => users.some((user) => user !== 1000) || capabilities !== 0n,
    );
    if (other !== undefined) throw this.failure(`${other.name} is not an ordinary process of user 1000`);
  }

  async stop() {
    const [tini] = this.processes();
    if (tini === undefined) throw this.failure('tini does not run');
    process.kill(tini.pid, 'SIGTERM');
    const timeout = pause(stopSeconds * 1000, undefined, { ref: false }).then(() => {
      throw this.failure(`still runs ${stopSeconds} s after SIGTERM`);
    });
    const [code] = await Promise.race([this.ended, timeout]);
    if (code !== 0) throw this.failure(`ended with code ${code} after SIGTERM`);
  }

  /** For what went wrong: what runs in a healthy container is stopped. */
  kill() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    for (const { pid } of descendants(this.child.pid ?? 0)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        if (error.code !== 'ESRCH') throw error;
      }
    }
  }

  /** Files that were made or changed since the start, but for those that the engine itself lays there. */
  assertNothingWritten() {
    const since = `@${this.started / 1000}`;
    const search = spawnSync('find', [this.image.mount, '-xdev', '-newermt', since, '!', '-type', 'd'], {
      encoding: 'utf8',
    });
    if (search.status !== 0) throw this.failure(`cannot be searched: ${search.stderr}`);
    const own = search.stdout
      .split('\n')
      .filter((path) => path !== '' && statSync(path).uid === 1000)
      .map((path) => path.slice(this.image.mount.length));
    if (own.length > 0) throw this.failure(`has written ${own.join(', ')}`);
  }

  /** @param {string} what */
  failure(what) {
    return new Error(`${this.image.target} ${what}\n${this.output.join('')}`);
  }
}
