import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { readFile } from 'node:fs/promises';
import { ApiKeys } from './api-keys.js';
import { AUTH_OPTIONS, type AuthOptions } from './auth.options.js';
import { readKeyLines } from './key-lines.js';
import { WrongKeyLimit } from './wrong-key-limit.js';

/** Seconds between two looks at the file; a change counts when two looks in a row saw the same. */
const lookSeconds = 1;

/**
 * Takes over what changes in the key file while the server runs. What cannot be used (no file, no key, a broken line)
 * changes nothing, and is said once. The file is read, not watched: a mounted secret is replaced by renaming a folder
 * above it, which is no event of the file.
 */
@Injectable()
export class KeyFile implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #log = new Logger('KeyFile');
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  /** What the last look saw; half a file that is being written is never seen twice. */
  #seen: string | undefined;
  /** What the last decision was made of. */
  #decided: string | undefined;
  #unusable = false;

  constructor(
    private readonly keys: ApiKeys,
    private readonly limit: WrongKeyLimit,
    @Inject(AUTH_OPTIONS) private readonly options: AuthOptions,
  ) {}

  onApplicationBootstrap(): void {
    if (this.options.keyFile === undefined) return;
    this.#timer = setInterval(() => void this.look(), lookSeconds * 1000);
    this.#timer.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.#timer);
  }

  /** One look at the file; called by a timer. */
  async look(): Promise<void> {
    const { keyFile: path } = this.options;
    if (path === undefined || this.#looking) return;
    this.#looking = true;
    const content = await readFile(path, 'utf8').catch((error: unknown) => unreadable(error));
    this.#looking = false;
    const state = typeof content === 'string' ? `read ${content}` : content.problem;
    const stable = state === this.#seen;
    this.#seen = state;
    if (!stable || state === this.#decided) return;
    this.#decided = state;
    if (typeof content === 'string') this.#take(content, path);
    else this.#keep(path, content.problem);
  }

  #take(content: string, path: string): void {
    const { keys, problems } = readKeyLines(content, this.options);
    const [problem] = problems;
    if (problem !== undefined) {
      this.#keep(path, problem);
      return;
    }
    const { changed } = this.keys.replace([...this.options.fixedKeys, ...keys]);
    if (changed) this.limit.forgive();
    if (!changed && !this.#unusable) return;
    this.#unusable = false;
    this.#log.log(
      `FACE_V3_API_KEY_FILE ('${path}') was read again: the number of its keys is ${keys.length}`,
    );
  }

  #keep(path: string, problem: string): void {
    this.#unusable = true;
    this.#log.error(
      `FACE_V3_API_KEY_FILE ('${path}') cannot be used, so the keys stay as they were: ${problem}`,
    );
  }
}

function unreadable(error: unknown): { readonly problem: string } {
  return { problem: `It cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})` };
}
