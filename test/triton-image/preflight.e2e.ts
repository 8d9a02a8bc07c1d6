import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { planConfig, tritonFolder } from './build-place.js';

const nativeLibraries = fileURLToPath(new URL('../../native-libs/build/', import.meta.url));
const hasPython =
  spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 8))']).status === 0;
if (!hasPython) console.log('skipped: the preflight of the Triton image needs python3 3.8 or newer');

/** Libraries that take the place of NVIDIA's: a driver that starts, or fails with 804, and TensorRT 10.6.0.26. */
const libraries = {
  'libcuda.so.1': `
    int cuInit(unsigned flags) { return 0; }
    int cuGetErrorString(int status, const char **words) { *words = "no error"; return 0; }`,
  'libcuda-fails.so.1': `
    int cuInit(unsigned flags) { return 804; }
    int cuGetErrorString(int status, const char **words) { *words = "forward compatibility was attempted"; return 0; }`,
  'libnvinfer.so.10': `
    int getInferLibVersion(void) { return 100600; }
    int getInferLibBuildVersion(void) { return 26; }`,
  'libold_merge.so': 'unsigned merge_abi_version(void) { return 0; }',
};

let root: string;
let compiled: string;
beforeAll(() => {
  compiled = mkdtempSync(join(tmpdir(), 'face-preflight-libraries-'));
  for (const [name, source] of Object.entries(libraries)) {
    const file = join(compiled, `${name}.c`);
    writeFileSync(file, source);
    execFileSync('cc', ['-shared', '-fPIC', '-o', join(compiled, name), file]);
  }
});
afterAll(() => rmSync(compiled, { recursive: true, force: true }));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'face-preflight-'));
  mkdirSync(join(root, 'bin'));
  mkdirSync(join(root, 'lib'));
  for (const name of ['libcuda.so.1', 'libnvinfer.so.10'])
    cpSync(join(compiled, name), join(root, 'lib', name));
  setGpus('NVIDIA L4, 8.9');
  write('models/detect_net/config.pbtxt', planConfig('detect_net'));
  writePlan();
  write('models/detect_post/config.pbtxt', 'backend: "python" max_batch_size: 8\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function writePlan(record: Record<string, unknown> = {}): void {
  write('models/detect_net/1/model.plan', 'a plan');
  const made = {
    plan_bytes: 6,
    tensorrt: '10.6.0.26',
    gpu: 'NVIDIA L4',
    compute_capability: '8.9',
    options: '',
  };
  write('models/detect_net/1/model.plan.json', JSON.stringify({ onnx_sha256: '', ...made, ...record }));
}

function program(name: string, script: string): void {
  write(`bin/${name}`, `#!/bin/sh\n${script}\n`);
  chmodSync(join(root, 'bin', name), 0o755);
}

const setGpus = (lines: string) => program('nvidia-smi', `cat <<'END'\n${lines}\nEND`);

const environment = () => ({
  PATH: `${join(root, 'bin')}${delimiter}${process.env['PATH']}`,
  LD_LIBRARY_PATH: join(root, 'lib'),
  FACE_V3_MERGE_LIBRARY_PATH: join(nativeLibraries, 'libmerge_embeddings.so'),
  FACE_V3_PIXELS_LIBRARY_PATH: join(nativeLibraries, 'libface_pixels.so'),
});

function preflight(more: NodeJS.ProcessEnv = {}): { status: number | null; words: string } {
  // The folder stands for /dev/shm, which is small on some machines that run tests.
  const { status, stderr, stdout } = spawnSync(
    'python3',
    [join(tritonFolder, 'preflight'), join(root, 'models'), '--shared-memory', root],
    { env: { ...environment(), ...more }, encoding: 'utf8' },
  );
  return { status, words: stdout + stderr.replaceAll(root, 'ROOT') };
}

describe.skipIf(!hasPython)('the preflight', () => {
  it('lets a server start whose plans, libraries and memory fit', () => {
    expect(preflight()).toEqual({
      status: 0,
      words: 'preflight: 2 models on NVIDIA L4 with TensorRT 10.6.0.26: ready to start\n',
    });
  });

  it('needs neither GPU nor TensorRT where there is no plan', () => {
    rmSync(join(root, 'models/detect_net'), { recursive: true });
    rmSync(join(root, 'lib'), { recursive: true });
    program('nvidia-smi', 'exit 9');
    expect(preflight()).toEqual({ status: 0, words: 'preflight: 1 model: ready to start\n' });
  });

  const refused = (words: string, more: NodeJS.ProcessEnv = {}) => {
    const answer = preflight(more);
    expect(answer.words).toContain(words);
    expect(answer.status).toBe(1);
    return answer.words;
  };

  it('refuses the plan of another GPU', () => {
    setGpus('NVIDIA A10, 8.6');
    refused('detect_net: its plan is for another GPU: NVIDIA L4 (8.9), this is NVIDIA A10 (8.6)');
  });

  it('refuses the plan of another GPU than one of several', () => {
    setGpus('NVIDIA L4, 8.9\nNVIDIA A10, 8.6');
    refused('this is NVIDIA A10 (8.6)');
  });

  it('warns of a GPU that reads the plan, but that it was not tuned for', () => {
    setGpus('NVIDIA L40S, 8.9');
    const { status, words } = preflight();
    expect(words).toContain('warning: detect_net: its plan was tuned for NVIDIA L4 and runs on NVIDIA L40S');
    expect(status).toBe(0);
  });

  it.each([
    [
      'of another TensorRT',
      { tensorrt: '10.5.0.18' },
      'its plan is for TensorRT 10.5.0.18, this is 10.6.0.26',
    ],
    ['that was cut off', { plan_bytes: 100 }, 'its plan has 6 bytes, model.plan.json describes one of 100'],
    ['with a broken record', { plan_bytes: 'many' }, 'model.plan.json cannot be used'],
  ])('refuses a plan %s', (_, record, words) => {
    writePlan(record);
    refused(words);
  });

  it('warns of a plan without a record, and refuses a model without a plan', () => {
    rmSync(join(root, 'models/detect_net/1/model.plan.json'));
    const { status, words } = preflight();
    expect(words).toContain('nothing tells which GPU and TensorRT its plan is for');
    expect(status).toBe(0);
    rmSync(join(root, 'models/detect_net/1/model.plan'));
    refused('triton/build.sh makes it of model.onnx');
  });

  it('tells of a container without a GPU', () => {
    // No nvidia-smi anywhere, and Python by its path.
    const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], {
      encoding: 'utf8',
    }).trim();
    const { status, stderr } = spawnSync(python, [join(tritonFolder, 'preflight'), join(root, 'models')], {
      env: { ...environment(), PATH: join(root, 'nowhere') },
      encoding: 'utf8',
    });
    expect(stderr).toContain(
      'no GPU reaches this container (it has no nvidia-smi): start it with --gpus all',
    );
    expect(status).toBe(1);
  });

  it('tells of a missing plan although there is no GPU', () => {
    program('nvidia-smi', 'exit 6');
    rmSync(join(root, 'models/detect_net/1/model.plan'));
    refused('triton/build.sh makes it of model.onnx');
  });

  it('tells what nvidia-smi says when it fails', () => {
    program('nvidia-smi', 'echo "Failed to initialize NVML: Unknown Error"; exit 255');
    refused('no GPU can be used: nvidia-smi says: Failed to initialize NVML: Unknown Error');
  });

  it('tells of libraries that do not load', () => {
    rmSync(join(root, 'lib/libnvinfer.so.10'));
    refused('TensorRT cannot be loaded: libnvinfer.so.10');
    refused('libmerge_embeddings.so cannot be loaded', {
      FACE_V3_MERGE_LIBRARY_PATH: join(root, 'nothing.so'),
    });
    refused('has version 0 of its interface, the models need 1', {
      FACE_V3_MERGE_LIBRARY_PATH: join(compiled, 'libold_merge.so'),
    });
    refused("is not this project's libface_pixels.so", {
      FACE_V3_PIXELS_LIBRARY_PATH: join(compiled, 'libold_merge.so'),
    });
  });

  it('tells of a driver that does not start', () => {
    cpSync(join(compiled, 'libcuda-fails.so.1'), join(root, 'lib/libcuda.so.1'));
    refused('the CUDA driver does not start: error 804, forward compatibility was attempted');
  });

  it('computes the shared memory that Python models need', () => {
    // Twice 2 instances x batch x (640 x 640 x 3 bytes + 3 x 640 x 640 floats); no machine has it for 8 000 000 images.
    write(
      'models/detect_pre/config.pbtxt',
      `backend: "python"
max_batch_size: 8000000
input [ { name: "input_0" data_type: TYPE_UINT8 dims: [ -1, -1, 3 ] } ]
output [ { name: "planes" data_type: TYPE_FP32 dims: [ 3, 640, 640 ] } ]
instance_group [ { count: 2 kind: KIND_CPU } ]`,
    );
    const needed = (2 * 2 * 8_000_000 * (640 * 640 * 3 + 4 * 3 * 640 * 640)) / 2 ** 20;
    const words = refused(`MiB free, the Python models need ${needed}`);
    expect(words).toContain(
      `--shm-size ${Math.ceil(needed / 1024)}g (compose: shm_size: ${Math.ceil(needed / 1024)}g`,
    );
  });

  it.each([
    ['name: "x', 'line 1'],
    ['input [ { name: "x" }', "']' is missing"],
    ['name "x" }', "'}' closes nothing"],
    ['max_batch_size: many', 'a number is wrong'],
  ])('names a configuration that cannot be read: %s', (text, words) => {
    write('models/broken/config.pbtxt', text);
    refused(words);
    refused('ROOT/models/broken/config.pbtxt');
  });

  it('tells all that is wrong at once', () => {
    setGpus('NVIDIA A10, 8.6');
    writePlan({ tensorrt: '10.5.0.18' });
    const words = refused('another GPU', { FACE_V3_MERGE_LIBRARY_PATH: '/nothing.so' });
    expect(words).toContain('TensorRT 10.5.0.18');
    expect(words).toContain('libmerge_embeddings.so cannot be loaded');
  });
});

describe.skipIf(!hasPython)('start.sh', () => {
  beforeEach(() => {
    mkdirSync(join(root, 'triton'));
    cpSync(join(tritonFolder, 'start.sh'), join(root, 'triton/start.sh'));
    // In place of the preflight, which has its tests above and depends on the memory of the machine.
    write('triton/preflight/__main__.py', 'import sys\nprint("preflight", *sys.argv[1:], file=sys.stderr)\n');
    program('tritonserver', `echo "$$ $@" >'${root}/started'; exit 7`);
    writeOps('print("rpe_ops: not used")');
  });

  const writeOps = (script: string) => {
    write('triton/rpe_ops/__init__.py', '');
    write('triton/rpe_ops/__main__.py', `import pathlib, signal, sys, time\n${script}\n`);
  };

  const start = (args: string[] = []) =>
    spawn(join(root, 'triton/start.sh'), args, {
      env: { ...environment(), TRITON_MODEL_REPOSITORY: join(root, 'models') },
      stdio: ['ignore', 'ignore', 'pipe'],
    });

  it('becomes tritonserver, so that signals reach it', async () => {
    const child = start(['--log-verbose=1']);
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(7);
    expect(readFileSync(join(root, 'started'), 'utf8')).toBe(
      `${child.pid} --model-repository=${root}/models --disable-auto-complete-config --exit-on-error=true ` +
        '--strict-readiness=true --rate-limit=execution_count --rate-limit-resource=gpu_slots:2 ' +
        '--exit-timeout-secs=30 --log-verbose=1\n',
    );
  });

  it('stops at a failing preflight', async () => {
    write('triton/preflight/__main__.py', 'import sys\nsys.exit("preflight: no plan")\n');
    expect(await once(start(), 'exit')).toEqual([1, null]);
    expect(existsSync(join(root, 'started'))).toBe(false);
  });

  it('stops when rpe_ops cannot be compiled', async () => {
    writeOps('sys.exit("error: no kernel image")');
    const child = start();
    let words = '';
    child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(words).toContain('error: no kernel image');
    expect(existsSync(join(root, 'started'))).toBe(false);
  });

  it('asks rpe_ops to compile what the repository uses', async () => {
    writeOps(`pathlib.Path('${root}/asked').write_text(' '.join(sys.argv[1:]))`);
    await once(start(), 'exit');
    expect(readFileSync(join(root, 'asked'), 'utf8')).toBe(`build --if-used-by ${root}/models`);
  });

  it('ends by SIGTERM while rpe_ops is compiled', async () => {
    writeOps(`signal.signal(signal.SIGTERM, lambda *_: (pathlib.Path('${root}/ended').touch(), sys.exit(1)))
pathlib.Path('${root}/compiling').touch()
time.sleep(60)`);
    const child = start();
    const ended = once(child, 'exit');
    await expect.poll(() => existsSync(join(root, 'compiling')), { timeout: 20_000 }).toBe(true);
    child.kill('SIGTERM');
    expect(await ended).toEqual([143, null]);
    expect(existsSync(join(root, 'ended'))).toBe(true);
    expect(existsSync(join(root, 'started'))).toBe(false);
  });
});
