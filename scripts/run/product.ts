import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Environment, setting } from './environment.ts';
import type { Interruption } from './interruption.ts';
import { Program, type ProgramOutput } from './program.ts';
import type { ProgramName } from './programs.ts';

/** A Unix socket's path has at most 103 bytes on macOS, 107 on Linux. */
const longestSocketPath = 103;

/** The whole line on this machine: the model server, unless there is a Triton, and the API in front of it. */
export class Product {
  readonly #environment: Environment;
  readonly #interruption: Interruption;
  readonly #output: ProgramOutput;
  /** Undefined when there is a Triton. */
  readonly #socket: PrivateSocket | undefined;
  readonly #programs = new Map<ProgramName, Program>();
  #url = '';
  #metricsUrl: string | undefined;

  private constructor(environment: Environment, interruption: Interruption, output: ProgramOutput) {
    this.#environment = environment;
    this.#interruption = interruption;
    this.#output = output;
    if (setting(environment, 'FACE_V3_TRITON_URL') === undefined) this.#socket = new PrivateSocket();
  }

  /**
   * Resolves when the API serves requests.
   * @throws TaskFailure when a half does not start, Interrupted when the user asked to stop; nothing runs then
   */
  static async start(
    environment: Environment,
    interruption: Interruption,
    output: ProgramOutput = 'inherit',
  ): Promise<Product> {
    const product = new Product(environment, interruption, output);
    try {
      if (product.#socket !== undefined) await product.restart('model-server');
      await product.restart('api');
      return product;
    } catch (error) {
      await product.stop();
      throw error;
    }
  }

  /** Of the API, without a path. */
  get url(): string {
    return this.#url;
  }

  /** Where the API tells its metrics, when they are on. */
  get metricsUrl(): string | undefined {
    return this.#metricsUrl;
  }

  /** What runs. */
  get programs(): readonly Program[] {
    return [...this.#programs.values()];
  }

  /**
   * Starts a half, after stopping the one that runs, and resolves when it serves requests.
   * @throws TaskFailure when it does not start, Interrupted when the user asked to stop
   */
  async restart(name: ProgramName): Promise<Program> {
    await this.#programs.get(name)?.stop(this.#interruption);
    const program = new Program(name, this.#environmentOf(name), this.#output);
    this.#programs.set(name, program);
    const { url, metricsUrl } = await program.ready(this.#interruption);
    if (url !== undefined) {
      this.#url = url;
      this.#metricsUrl = metricsUrl;
    }
    return program;
  }

  /** Stops the API first, so that requests which still run can be answered, then the model server. */
  async stop(): Promise<void> {
    await this.#programs.get('api')?.stop(this.#interruption);
    await this.#programs.get('model-server')?.stop(this.#interruption);
    this.#socket?.remove();
  }

  #environmentOf(name: ProgramName): NodeJS.ProcessEnv {
    if (this.#socket === undefined) return this.#environment;
    const { path } = this.#socket;
    return {
      ...this.#environment,
      ...(name === 'api' ? { FACE_V3_TRITON_URL: `unix:${path}` } : { FACE_V3_MODEL_SERVER_SOCKET: path }),
    };
  }
}

/** A socket in a folder that only this user can enter. */
class PrivateSocket {
  readonly #folder: string;
  readonly #remove = () => rmSync(this.#folder, { recursive: true, force: true });

  constructor() {
    const name = 'face-search-XXXXXX/model-server.sock';
    const parent = join(tmpdir(), name).length > longestSocketPath ? '/tmp' : tmpdir();
    // mkdtemp gives it mode 0700.
    this.#folder = mkdtempSync(join(parent, 'face-search-'));
    process.on('exit', this.#remove);
  }

  get path(): string {
    return join(this.#folder, 'model-server.sock');
  }

  remove(): void {
    process.off('exit', this.#remove);
    this.#remove();
  }
}
