import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const tritonFolder = fileURLToPath(new URL('../../triton/', import.meta.url));
const standIn = fileURLToPath(new URL('docker-stand-in.sh', import.meta.url));

/** How a run of build.sh ended, and every call of docker in it, as arguments. */
export interface BuildRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly calls: readonly (readonly string[])[];
}

/** The config.pbtxt of a network that is served as a plan, laid out as the generated ones. */
export function planConfig(
  name: string,
  options: { input?: string; dims?: string; maxBatch?: number; parameters?: Record<string, string> } = {},
): string {
  const { input = 'input', dims = '3, 640, 640', maxBatch = 32 } = options;
  const parameters = options.parameters ?? { plan_optimum_batch_size: '8', plan_precision: 'fp16' };
  return `name: "${name}"
platform: "tensorrt_plan"
max_batch_size: ${maxBatch}
input [
  {
    name: "${input}"
    data_type: TYPE_FP32
    dims: [ ${dims} ]
  }
]
output [
  {
    name: "output"
    data_type: TYPE_FP32
    dims: [ 512 ]
  }
]
${Object.entries(parameters)
  .map(([key, value]) => `parameters { key: "${key}" value { string_value: "${value}" } }`)
  .join('\n')}
`;
}

/** A copy of triton/ in a folder of its own, with a stand-in for docker whose answers a test may set. */
export class BuildPlace {
  readonly root = mkdtempSync(join(tmpdir(), 'face-triton-build-'));
  readonly triton = join(this.root, 'triton');
  readonly #answers = join(this.root, 'stand-in');

  constructor() {
    for (const part of ['build.sh', 'build', 'Dockerfile'])
      cpSync(join(tritonFolder, part), join(this.triton, part), { recursive: true });
    mkdirSync(this.#answers);
    mkdirSync(join(this.root, 'native-libs'));
    this.write('detect_net/config.pbtxt', planConfig('detect_net', { input: 'input.1' }));
    this.write('extract_net/config.pbtxt', planConfig('extract_net', { dims: '3, 112, 112' }));
    this.write('detect_post/config.pbtxt', 'name: "detect_post"\nbackend: "python"\nmax_batch_size: 8\n');
    this.write('detection/config.pbtxt', 'name: "detection"\nplatform: "ensemble"\nmax_batch_size: 8\n');
    this.writeNetwork('detect_net');
    this.writeNetwork('extract_net');
  }

  model(path: string): string {
    return join(this.triton, 'models_serving', path);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.model(path)), { recursive: true });
    writeFileSync(this.model(path), text);
  }

  /** A network that is older than any plan made in the test. */
  writeNetwork(model: string, text = `network of ${model}`, age = 3600): void {
    this.write(`${model}/1/model.onnx`, text);
    const time = Date.now() / 1000 - age;
    utimesSync(this.model(`${model}/1/model.onnx`), time, time);
  }

  read(path: string): string {
    return readFileSync(this.model(path), 'utf8');
  }

  has(path: string): boolean {
    return existsSync(this.model(path));
  }

  /** Sets an answer of the stand-in, see there. */
  answer(name: string, words = ''): void {
    writeFileSync(join(this.#answers, name), words === '' ? '' : `${words}\n`);
  }

  forget(name: string): void {
    rmSync(join(this.#answers, name), { force: true });
  }

  /** Whether the stand-in left a mark. */
  marked(name: string): boolean {
    return existsSync(join(this.#answers, name));
  }

  async run(args: readonly string[] = [], environment: NodeJS.ProcessEnv = {}): Promise<BuildRun> {
    const { ended } = this.start(args, environment);
    return ended;
  }

  start(
    args: readonly string[],
    environment: NodeJS.ProcessEnv = {},
  ): { child: ChildProcess; ended: Promise<BuildRun> } {
    this.forget('calls');
    const images = ['nvcr.io/nvidia/tensorrt:24.11-py3', 'nvcr.io/nvidia/tritonserver:24.11-py3'];
    if (!this.marked('images')) this.answer('images', images.join('\n'));
    const child = spawn(join(this.triton, 'build.sh'), args, {
      env: { PATH: process.env['PATH'], DOCKER_BIN: standIn, STAND_IN: this.#answers, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const ended = once(child, 'close').then(([code]: (number | null)[]) => ({
      code: code ?? null,
      stdout,
      stderr: stderr.replaceAll(this.root, 'ROOT'),
      calls: this.#calls(),
    }));
    return { child, ended };
  }

  /** A folder with `docker` in it, to be put first in PATH. */
  pathWithDocker(): string {
    const folder = join(this.root, 'bin');
    mkdirSync(folder, { recursive: true });
    cpSync(standIn, join(folder, 'docker'));
    chmodSync(join(folder, 'docker'), 0o755);
    return `${folder}${delimiter}${process.env['PATH']}`;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #calls(): string[][] {
    const path = join(this.#answers, 'calls');
    if (!existsSync(path)) return [];
    return readFileSync(path, 'utf8')
      .split('\0\0')
      .slice(0, -1)
      .map((call) => call.split('\0').map((word) => word.replaceAll(this.root, 'ROOT')));
  }
}

/** The calls that did something, by what they did, without the questions that build.sh asks. */
export function work(run: BuildRun): string[] {
  return run.calls
    .map((call) => {
      if (call[0] === 'pull') return `pull ${call[1]}`;
      if (call[0] === 'build') return 'build';
      if (call[0] !== 'run' || call.includes('nvidia-smi')) return '';
      if (!call.includes('trtexec')) return 'serve';
      return `convert ${/models_serving\/(\w+)\/1,target=\/plan/.exec(call.join(' '))?.[1]}`;
    })
    .filter((words) => words !== '');
}
