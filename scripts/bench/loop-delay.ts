import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../run/environment.ts';

const probe = fileURLToPath(new URL('loop-delay.probe.mjs', import.meta.url));

/** The longest pause of a program's event loop, as the probe in it tells. */
export class LoopDelay {
  readonly #folder = mkdtempSync(join(tmpdir(), 'face-bench-'));

  constructor() {
    process.once('exit', () => rmSync(this.#folder, { recursive: true, force: true }));
  }

  /** What the program has to be started with. */
  get environment(): Environment {
    const options = [process.env['NODE_OPTIONS'], `--import=${probe}`].filter(
      (option) => option !== undefined,
    );
    return { NODE_OPTIONS: options.join(' '), FACE_BENCH_LOOP_SOCKET: this.#socket };
  }

  /** @returns milliseconds, of all pauses since the last call */
  async longestPause(): Promise<number> {
    return Number(await text(connect(this.#socket)));
  }

  get #socket(): string {
    return join(this.#folder, 'loop.sock');
  }
}
