import {
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BuildPlace, planConfig, tritonFolder, work } from './build-place.js';

const tensorrtImage = 'nvcr.io/nvidia/tensorrt:24.11-py3';
const tritonImage = 'nvcr.io/nvidia/tritonserver:24.11-py3';

let place: BuildPlace;
beforeEach(() => {
  place = new BuildPlace();
});
afterEach(() => place.remove());

describe('build.sh', () => {
  it('makes plans with the shapes of the configurations, builds the image and starts it', async () => {
    const run = await place.run();
    expect(run.stderr).toContain('GPU 0: NVIDIA L4');
    expect(run.code).toBe(0);
    const [ofDetector, ofEmbedder] = run.calls.filter((call) => call.includes('trtexec'));
    const folder = 'ROOT/triton/models_serving/detect_net/1';
    expect(ofDetector).toEqual([
      ...[
        'run',
        '--rm',
        '--init',
        '--gpus',
        'device=0',
        '--network',
        'none',
        '--security-opt',
        'label=disable',
      ],
      ...['--user', `${process.getuid?.()}:${process.getgid?.()}`],
      ...['--mount', `type=bind,source=${folder},target=/onnx,readonly`],
      ...['--mount', `type=bind,source=${folder},target=/plan`],
      ...[tensorrtImage, 'trtexec', '--onnx=/onnx/model.onnx', '--saveEngine=/plan/model.plan.partial'],
      '--minShapes=input.1:1x3x640x640',
      '--optShapes=input.1:8x3x640x640',
      '--maxShapes=input.1:32x3x640x640',
      ...['--fp16', '--memPoolSize=workspace:4096', '--skipInference'],
    ]);
    expect(ofEmbedder).toContain('--maxShapes=input:32x3x112x112');
    expect(run.calls.at(-2)).toEqual([
      ...['build', '--load', '--tag', 'tritonserver-plan-vnd:24.11-py3', '--file', 'ROOT/triton/Dockerfile'],
      ...['--build-arg', `TRITON_IMAGE=${tritonImage}`, '--build-arg', 'BACKBONE=plan'],
      ...[
        '--build-arg',
        'REVISION=unknown',
        '--build-context',
        'native-libs=ROOT/native-libs',
        'ROOT/triton',
      ],
    ]);
    expect(run.calls.at(-1)).toEqual([
      ...['run', '--rm', '--gpus', 'all', '--shm-size', '1g', '--security-opt', 'no-new-privileges'],
      ...['--cap-drop', 'ALL', '--publish', '127.0.0.1:8001:8001', '--publish', '127.0.0.1:8002:8002'],
      'tritonserver-plan-vnd:24.11-py3',
    ]);
    expect(place.read('detect_net/1/model.plan')).toBe('plan of network of detect_net');
    expect(JSON.parse(place.read('detect_net/1/model.plan.json'))).toEqual({
      onnx_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      plan_bytes: 29,
      tensorrt: '10.6.0.26',
      gpu: 'NVIDIA L4',
      compute_capability: '8.9',
      options:
        '--minShapes=input.1:1x3x640x640 --optShapes=input.1:8x3x640x640 --maxShapes=input.1:32x3x640x640 ' +
        '--fp16 --memPoolSize=workspace:4096',
    });
    expect(place.has('detect_net/1/model.plan.partial')).toBe(false);
  });

  it('fetches the images that are not here', async () => {
    place.answer('images');
    const run = await place.run(['--no-run']);
    expect(work(run).slice(0, 2)).toEqual([`pull ${tensorrtImage}`, `pull ${tritonImage}`]);
    expect(work(await place.run(['--no-run']))).toEqual(['build']);
  });

  it('takes docker out of PATH, and other images from the environment', async () => {
    place.answer('images', 'mirror.example:5000/tensorrt:1\nmirror.example:5000/tritonserver:1');
    const run = await place.run(['--no-run'], {
      DOCKER_BIN: undefined,
      PATH: place.pathWithDocker(),
      TENSORRT_IMAGE: 'mirror.example:5000/tensorrt:1',
      TRITON_IMAGE: 'mirror.example:5000/tritonserver:1',
    });
    expect(run.code).toBe(0);
    expect(run.calls.filter((call) => call.includes('trtexec'))[0]).toContain(
      'mirror.example:5000/tensorrt:1',
    );
    expect(run.calls.at(-1)).toContain('TRITON_IMAGE=mirror.example:5000/tritonserver:1');
  });

  it('hands its signals to the server that it started', async () => {
    place.answer('server.waits');
    const { child, ended } = place.start([]);
    await expect.poll(() => place.marked('started'), { timeout: 20_000 }).toBe(true);
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
    expect(place.marked('signalled')).toBe(true);
  });

  it('leaves nothing half done when it is interrupted', async () => {
    place.answer('trtexec.waits');
    const { child, ended } = place.start([]);
    await expect.poll(() => place.marked('started'), { timeout: 20_000 }).toBe(true);
    process.kill(-(child.pid ?? 0), 'SIGINT');
    expect((await ended).code).toBe(130);
    expect(place.has('detect_net/1/model.plan')).toBe(false);
    expect(place.has('detect_net/1/model.plan.partial')).toBe(false);
    place.forget('trtexec.waits');
    expect(work(await place.run(['--no-run']))).toEqual([
      'convert detect_net',
      'convert extract_net',
      'build',
    ]);
  });
});

describe('a plan', () => {
  beforeEach(async () => {
    expect((await place.run(['--no-run'])).code).toBe(0);
  });

  it('that fits is kept', async () => {
    const run = await place.run(['--no-run']);
    expect(work(run)).toEqual(['build']);
    expect(run.stderr).toContain('detect_net: its plan is up to date');
  });

  it.each([
    [
      'older than its network',
      () => utimesSync(place.model('detect_net/1/model.plan'), 0, 0),
      'its model.onnx is newer than its plan',
    ],
    [
      'of another network with an old date',
      () => place.writeNetwork('detect_net', 'another one'),
      'its plan is of another model.onnx',
    ],
    [
      'without a record',
      () => rmSync(place.model('detect_net/1/model.plan.json')),
      'its plan does not tell what it was made with',
    ],
    [
      'that was cut off',
      () => writeFileSync(place.model('detect_net/1/model.plan'), 'plan'),
      'its plan is another one than its model.plan.json describes',
    ],
    [
      'of another batch size',
      () =>
        place.write('detect_net/config.pbtxt', planConfig('detect_net', { input: 'input.1', maxBatch: 16 })),
      'its plan was made with other options',
    ],
  ])('%s is made again', async (_, change, reason) => {
    change();
    const run = await place.run(['--no-run']);
    expect(run.stderr).toContain(`detect_net: ${reason}`);
    expect(work(run)).toEqual(['convert detect_net', 'build']);
    expect(work(await place.run(['--no-run']))).toEqual(['build']);
  });

  it.each([
    [
      'for another GPU',
      'gpus',
      '0, NVIDIA A10, 8.6',
      'its plan is for another GPU: NVIDIA L4, this is NVIDIA A10',
    ],
    [
      'of another TensorRT',
      'tensorrt',
      'TRT_VERSION=10.7.0.23+cuda12.6',
      'its plan is for TensorRT 10.6.0.26, this is 10.7.0.23',
    ],
  ])('%s is made again, for every model', async (_, answer, words, reason) => {
    place.answer(answer, words);
    const run = await place.run(['--no-run']);
    expect(run.stderr).toContain(reason);
    expect(work(run)).toEqual(['convert detect_net', 'convert extract_net', 'build']);
  });

  it('without its network is taken when it fits', async () => {
    rmSync(place.model('detect_net/1/model.onnx'));
    expect(work(await place.run(['--no-run']))).toEqual(['build']);

    rmSync(place.model('detect_net/1/model.plan.json'));
    const unknown = await place.run(['--no-run']);
    expect(unknown.stderr).toContain('detect_net: its plan is taken as it is');
    expect(work(unknown)).toEqual(['build']);
  });

  it('without its network is refused when it does not fit', async () => {
    rmSync(place.model('detect_net/1/model.onnx'));
    place.answer('gpus', '0, NVIDIA A10, 8.6');
    const run = await place.run(['--no-run']);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('its plan is for another GPU: NVIDIA L4, this is NVIDIA A10, and without');
    expect(work(run)).toEqual([]);
  });

  it('stays as it was when a new one cannot be made', async () => {
    place.answer('trtexec.error', '[E] Error[10]: something');
    place.answer('trtexec.partial');
    const run = await place.run(['--no-run', '--fp32']);
    expect(run.code).toBe(1);
    expect(place.read('detect_net/1/model.plan')).toBe('plan of network of detect_net');
    expect(place.has('detect_net/1/model.plan.partial')).toBe(false);
    place.forget('trtexec.error');
    expect(work(await place.run(['--no-run']))).toEqual(['build']);
  });
});

describe('option', () => {
  const conversionOf = async (args: string[]) => {
    const run = await place.run([...args, '--no-run']);
    expect(run.code).toBe(0);
    return run.calls.find((call) => call.includes('trtexec')) ?? [];
  };

  it('--no-run leaves the image unstarted', async () => {
    const run = await place.run(['--no-run']);
    expect(work(run)).toEqual(['convert detect_net', 'convert extract_net', 'build']);
    expect(run.stderr).toContain('tritonserver-plan-vnd:24.11-py3 is built.');
  });

  it.each([
    [['--tag', 'registry.example:5000/face/triton:7']],
    [['--tag=registry.example:5000/face/triton:7']],
  ])('%s names the image', async (args) => {
    const run = await place.run(args);
    expect(run.calls.at(-2)).toContain('registry.example:5000/face/triton:7');
    expect(run.calls.at(-1)?.at(-1)).toBe('registry.example:5000/face/triton:7');
  });

  it('--workspace bounds the memory of TensorRT', async () => {
    expect(await conversionOf(['--workspace', '512'])).toContain('--memPoolSize=workspace:512');
  });

  it('--fp32 and --fp16 win over the configuration', async () => {
    const exact = await conversionOf(['--fp32']);
    expect(exact).toContain('--noTF32');
    expect(exact).not.toContain('--fp16');
    place.write(
      'detect_net/config.pbtxt',
      planConfig('detect_net', { parameters: { plan_precision: 'fp32' } }),
    );
    expect(await conversionOf(['--fp16'])).toContain('--fp16');
    expect(await conversionOf([])).toContain('--noTF32');
  });

  it('--only makes one plan and asks for the others', async () => {
    const without = await place.run(['--only', 'extract_net', '--no-run']);
    expect(without.code).toBe(1);
    expect(without.stderr).toContain(
      'triton/models_serving/detect_net/1/model.plan is missing, and --only leaves this model out',
    );
    expect(without.calls).toEqual([]);

    await place.run(['--no-run']);
    place.writeNetwork('detect_net', 'another one', -60);
    place.writeNetwork('extract_net', 'another one', -60);
    const run = await place.run(['--only=extract_net', '--no-run']);
    expect(work(run)).toEqual(['convert extract_net', 'build']);
  });

  it('--only refuses the plans of another GPU that it leaves out', async () => {
    await place.run(['--no-run']);
    place.answer('gpus', '0, NVIDIA A10, 8.6');
    const run = await place.run(['--only', 'extract_net', '--no-run']);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('detect_net: its plan is for another GPU: NVIDIA L4, this is NVIDIA A10');
    expect(run.stderr).toContain('Build without --only.');
    expect(work(run)).toEqual(['convert extract_net']);
  });

  it('--gpu chooses the GPU that makes the plans and serves', async () => {
    place.answer('gpus', '0, NVIDIA L4, 8.9\n1, NVIDIA A10, 8.6');
    const differs = await place.run([]);
    expect(differs.code).toBe(1);
    expect(differs.stderr).toContain('The GPUs of this machine differ');
    expect(differs.stderr).toContain('There are: 0: NVIDIA L4, 1: NVIDIA A10');

    const run = await place.run(['--gpu', '1']);
    expect(run.calls.find((call) => call.includes('trtexec'))).toContain('device=1');
    expect(run.calls.at(-1)).toContain('device=1');
    expect(place.read('detect_net/1/model.plan.json')).toContain('"gpu": "NVIDIA A10"');

    const none = await place.run(['--gpu', '2']);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('There is no GPU 2.');
  });

  it('serves on all GPUs when they are of one kind', async () => {
    place.answer('gpus', '0, NVIDIA L4, 8.9\n1, NVIDIA L4, 8.9');
    const run = await place.run([]);
    expect(run.calls.find((call) => call.includes('trtexec'))).toContain('device=0');
    expect(run.calls.at(-1)?.slice(2, 4)).toEqual(['--gpus', 'all']);
  });

  it('--dry-run prints the commands that a build would execute, and executes none', async () => {
    const dry = await place.run(['--dry-run', '--tag', 'face:1'], { DOCKER_BIN: 'docker' });
    expect(dry.code).toBe(0);
    expect(dry.stderr).toBe('');
    expect(dry.calls).toEqual([]);
    const lines = dry.stdout.replaceAll(place.root, 'ROOT').trimEnd().split('\n');
    expect(lines.slice(0, 2)).toEqual([`docker pull ${tensorrtImage}`, `docker pull ${tritonImage}`]);
    expect(lines.filter((line) => line.startsWith('mv '))).toHaveLength(2);

    const real = await place.run(['--tag', 'face:1']);
    const commands = real.calls.filter((call) => call[0] === 'build' || call[0] === 'run');
    const printed = lines.filter((line) => /^docker (run|build) /.test(line));
    expect(printed).toEqual(
      commands.filter((call) => !call.includes('nvidia-smi')).map((call) => `docker ${call.join(' ')}`),
    );
  });

  it('--dry-run prints them where a network is missing too, and tells of it', async () => {
    rmSync(place.model('detect_net/1/model.onnx'));
    const { code, stdout, stderr } = await place.run(['--dry-run']);
    expect(stdout.split('\n').filter((line) => line.includes(' trtexec '))).toHaveLength(2);
    expect(stderr).toContain('detect_net/1/model.onnx is missing');
    expect(code).toBe(1);
  });

  it('--dry-run tells of plans that may be kept', async () => {
    await place.run(['--no-run']);
    const { stdout } = await place.run(['--dry-run', '--only', 'extract_net', '--gpu', '3', '--no-run']);
    expect(stdout).toContain('# extract_net: not when its plan still fits (NVIDIA L4, TensorRT 10.6.0.26)');
    expect(stdout).toContain('--gpus device=3');
    expect(stdout).not.toContain('detect_net');
  });

  it('--help tells every option', async () => {
    const { code, stdout } = await place.run(['--help']);
    expect(code).toBe(0);
    for (const option of ['no-run', 'tag', 'workspace', 'fp16', 'fp32', 'only', 'gpu', 'dry-run'])
      expect(stdout).toContain(`--${option}`);
    for (const variable of ['DOCKER_BIN', 'TENSORRT_IMAGE', 'TRITON_IMAGE'])
      expect(stdout).toContain(variable);
  });

  it.each([
    [['--nope'], "unknown option '--nope'"],
    [['model.onnx'], "unknown option 'model.onnx'"],
    [['--tag'], '--tag needs a value'],
    [['--tag', 'Not an image'], "--tag 'Not an image' is not the name of an image"],
    [['--workspace', '4G'], "--workspace '4G' is not a number of MiB"],
    [['--workspace=0'], "--workspace '0' is not a number of MiB"],
    [['--gpu', 'all'], "--gpu 'all' is not a number"],
    [['--fp16', '--fp32'], '--fp16 and --fp32 exclude each other'],
    [['--only='], '--only needs the name of a model'],
  ])('%s is refused', async (args, words) => {
    const run = await place.run(args);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(words);
    expect(run.calls).toEqual([]);
  });

  it('--only of an unknown model is refused', async () => {
    const run = await place.run(['--only', 'detection']);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('no model of that name is served as a plan');
    expect(run.stderr).toContain('There are: detect_net extract_net');
  });
});

describe('a network', () => {
  const refused = async (words: string) => {
    const run = await place.run();
    expect(run.stderr).toContain(words);
    expect(run.code).toBe(1);
    expect(run.calls).toEqual([]);
  };

  it('that is missing is named, with all others that are', async () => {
    rmSync(place.model('detect_net/1/model.onnx'));
    rmSync(place.model('extract_net/1/model.onnx'));
    await refused('triton/models_serving/detect_net/1/model.onnx is missing: put the network there.');
    await refused('triton/models_serving/extract_net/1/model.onnx is missing');
  });

  it.each([
    ['is empty', '', 'model.onnx is empty'],
    ['is a pointer', 'version https://git-lfs.github.com/spec/v1\n', 'is a pointer of Git LFS'],
    ['is a web page', '<!DOCTYPE html><html><body>Sign in</body></html>', 'is a web page'],
  ])('that %s is refused', async (_, text, words) => {
    place.writeNetwork('detect_net', text);
    await refused(words);
  });

  it('that cannot be read is refused', async () => {
    if (process.getuid?.() === 0) {
      rmSync(place.model('detect_net/1/model.onnx'));
      mkdirSync(place.model('detect_net/1/model.onnx'));
      return refused('detect_net/1/model.onnx is not a file');
    }
    chmodSync(place.model('detect_net/1/model.onnx'), 0);
    return refused('detect_net/1/model.onnx cannot be read by');
  });

  it('may be a link into a store of models, which has to be there', async () => {
    const store = join(place.root, 'store');
    mkdirSync(store);
    rmSync(place.model('detect_net/1/model.onnx'));
    symlinkSync(join(store, 'scrfd.onnx'), place.model('detect_net/1/model.onnx'));
    await refused('model.onnx is a link to');
    writeFileSync(join(store, 'scrfd.onnx'), 'the network');
    const run = await place.run(['--no-run']);
    expect(run.code).toBe(0);
    const conversion = run.calls.find((call) => call.includes('trtexec'));
    expect(conversion).toContain('type=bind,source=ROOT/store,target=/onnx,readonly');
    expect(conversion).toContain('--onnx=/onnx/scrfd.onnx');
    expect(place.read('detect_net/1/model.plan')).toBe('plan of the network');
  });

  it('in the folder of another kind of model is a mistake', async () => {
    place.writeNetwork('detect_post');
    await refused('triton/models_serving/detect_post/1/model.onnx would not be used');
  });

  it('in a folder without a configuration is a mistake', async () => {
    place.writeNetwork('new_net');
    await refused('triton/models_serving/new_net has a model.onnx, but no config.pbtxt');
  });

  it.each([
    ['a free dimension', { dims: '3, -1, -1' }, "the dims of input 'input.1' are '3, -1, -1'"],
    ['a precision that there is not', { parameters: { plan_precision: 'int8' } }, "plan_precision is 'int8'"],
    [
      'no optimum',
      { parameters: { plan_optimum_batch_size: 'many' } },
      "plan_optimum_batch_size is 'many', not a number",
    ],
  ])('with %s in its configuration is refused', async (_, options, words) => {
    place.write('detect_net/config.pbtxt', planConfig('detect_net', { input: 'input.1', ...options }));
    await refused(words);
  });

  it('gets its shapes from a configuration in any layout', async () => {
    place.write(
      'detect_net/config.pbtxt',
      '# name: "x" {\nbackend: "tensorrt" max_batch_size: 4 input { name: \'in:0\' dims: 3 dims: 8 dims: 9 },\n' +
        'input [{dims:[2],name:"scale"}] output [{name:"out" dims:[1]}]',
    );
    const run = await place.run(['--no-run']);
    const conversion = run.calls.find((call) => call.includes('trtexec'));
    expect(conversion).toContain("--optShapes='in:0':4x3x8x9,scale:4x2");
    expect(conversion).toContain("--minShapes='in:0':1x3x8x9,scale:1x2");
  });

  it('without a batch axis keeps its own shapes', async () => {
    place.write('detect_net/config.pbtxt', planConfig('detect_net', { maxBatch: 0, dims: '1, 3, 640, 640' }));
    const run = await place.run(['--no-run']);
    const conversion = run.calls.find((call) => call.includes('trtexec')) ?? [];
    expect(conversion.join(' ')).not.toContain('Shapes');
  });

  it('in PyTorch chooses the image with a compiler and a volume for what it compiles', async () => {
    place.write(
      'embed/config.pbtxt',
      'backend: "python"\nparameters { key: "kprpe_rpe_index" value { string_value: "extension" } }\n',
    );
    const run = await place.run();
    expect(run.calls.at(-2)).toContain('BACKBONE=kprpe');
    expect(run.calls.at(-1)).toContain('face-rpe-ops:/var/cache/face_backend/rpe_ops');
  });
});

describe('clear words', () => {
  const failing = async (args: string[] = [], environment: NodeJS.ProcessEnv = {}) => {
    const run = await place.run(args, environment);
    expect(run.code).toBe(1);
    expect(work(run)).not.toContain('serve');
    return run;
  };

  it('without Docker', async () => {
    const run = await failing([], { DOCKER_BIN: 'docker-that-is-not-there' });
    expect(run.stderr).toContain("Docker was not found ('docker-that-is-not-there')");
    expect(run.stderr).toContain('https://docs.docker.com/engine/install/');
  });

  it.each([
    [
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
      'Docker does not answer.',
    ],
    [
      'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
      'may not talk to Docker.',
    ],
  ])('when Docker says: %s', async (words, explanation) => {
    place.answer('version.error', words);
    const run = await failing();
    expect(run.stderr).toContain(`  | ${words}`);
    expect(run.stderr).toContain(explanation);
  });

  it.each(['23.0.6', '20.10.24+dfsg1', '1.13.1'])('for the old Docker %s', async (version) => {
    place.answer('version', version);
    const run = await failing();
    expect(run.stderr).toContain(`Docker ${version} is too old: 24 or newer is needed.`);
  });

  it.each(['24.0.0', '29.1.3', '24.0.7-ce'])('none for Docker %s', async (version) => {
    place.answer('version', version);
    expect((await place.run(['--no-run'])).code).toBe(0);
  });

  it('without buildx', async () => {
    place.answer('buildx.error', "docker: 'buildx' is not a docker command.");
    expect((await failing()).stderr).toContain('docker-buildx');
  });

  it.each([
    'docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]].',
    'docker: Error response from daemon: could not select device driver "nvidia" with capabilities: [[gpu]]',
    'docker: Error response from daemon: failed to discover GPU vendor from CDI: no known GPU vendor found',
    'docker: Error response from daemon: unknown or invalid runtime name: nvidia.',
  ])('without the NVIDIA Container Toolkit: %s', async (words) => {
    place.answer('gpus.error', words);
    const run = await failing();
    expect(run.stderr).toContain('the NVIDIA Container Toolkit is missing');
    expect(run.stderr).toContain('sudo nvidia-ctk runtime configure --runtime=docker');
    expect(work(run)).toEqual([]);
  });

  it.each([
    'error running hook: exit status 1, stdout: , stderr: nvidia-container-cli: initialization error: nvml error: driver not loaded: unknown.',
    'nvidia-container-cli: initialization error: load library failed: libnvidia-ml.so.1: cannot open shared object file: no such file or directory: unknown.',
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
    'exec: "nvidia-smi": executable file not found in $PATH: unknown.',
    'No devices were found',
  ])('without a GPU: %s', async (words) => {
    place.answer('gpus.error', words);
    const run = await failing();
    expect(run.stderr).toContain('There is no GPU here, or its driver does not run.');
  });

  it('when containers see no GPU', async () => {
    place.answer('gpus');
    expect((await failing()).stderr).toContain('There is no GPU that a container can see.');
  });

  it('when the GPUs cannot be asked for another reason', async () => {
    place.answer('gpus.error', 'docker: Error response from daemon: something new');
    const run = await failing();
    expect(run.stderr).toContain('  | docker: Error response from daemon: something new');
    expect(run.stderr).toContain('The GPUs could not be asked for.');
  });

  it.each([
    'Error response from daemon: unauthorized: authentication required',
    'Error response from daemon: Head "https://nvcr.io/v2/nvidia/tensorrt/manifests/24.11-py3": denied: requested access to the resource is denied',
    'failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized',
  ])('when the registry wants a login: %s', async (words) => {
    place.answer('images');
    place.answer('pull.error', words);
    const run = await failing([], { DOCKER_BIN: undefined, PATH: place.pathWithDocker() });
    expect(run.stderr).toContain(`nvcr.io wants you to log in before it gives ${tensorrtImage}.`);
    expect(run.stderr).toContain('  docker login nvcr.io\n  Username: $oauthtoken');
  });

  it('when a mirror wants a login', async () => {
    place.answer('images', tensorrtImage);
    place.answer('pull.error', 'Error response from daemon: unauthorized: authentication required');
    const run = await failing([], { TRITON_IMAGE: 'mirror.example/tritonserver:1' });
    expect(run.stderr).toContain('login mirror.example\n');
  });

  it.each([
    ['manifest unknown', `nvcr.io has no ${tensorrtImage} for this machine`],
    ['write /var/lib/docker/tmp/x: no space left on device', 'The disk is full'],
    ['net/http: TLS handshake timeout', `${tensorrtImage} could not be fetched.`],
  ])('when an image cannot be fetched: %s', async (words, explanation) => {
    place.answer('images');
    place.answer('pull.error', `Error response from daemon: ${words}`);
    expect((await failing()).stderr).toContain(explanation);
  });

  it('when the two images do not go together', async () => {
    place.answer('serving-tensorrt', 'TRT_VERSION=10.7.0.23');
    const run = await failing();
    expect(run.stderr).toContain('(TensorRT 10.6.0.26) cannot be read by');
    expect(run.stderr).toContain('Take both images of the same release.');
    expect(work(run)).toEqual([]);
  });

  it('when an image is none of NVIDIA', async () => {
    place.answer('tensorrt', 'HOME=/root');
    expect((await failing()).stderr).toContain('does not tell its version of TensorRT');
  });

  it('when trtexec fails, with its last lines', async () => {
    const lines = Array.from({ length: 30 }, (_, index) => `[I] line ${index + 1}`);
    place.answer('trtexec.error', lines.join('\n'));
    const run = await failing();
    expect(run.stderr).toContain('detect_net: trtexec could not make a plan (exit status 1).');
    expect(run.stderr).toContain('  | [I] line 30\n');
    expect(run.stderr).toContain('  | [I] line 11\n');
    expect(run.stderr).not.toContain('[I] line 10\n');
    expect(run.stderr).toContain('All its words: triton/models_serving/detect_net/1/model.plan.log');
    expect(readFileSync(place.model('detect_net/1/model.plan.log'), 'utf8')).toContain('[I] line 1\n');
    expect(place.has('detect_net/1/model.plan')).toBe(false);
  });

  it.each([
    [
      '[E] Static model does not take explicit shapes since the shape of inference tensors will be determined by the model itself',
      'exported with a fixed batch size',
    ],
    [
      '[E] Cannot find input tensor with name "input.1" in the network inputs!',
      'other names than config.pbtxt',
    ],
    ['[E] Error Code 2: OutOfMemory (Requested size was 8589934592 bytes.)', 'larger --workspace than 4096'],
    ['[E] [TRT] ModelImporter.cpp:948: In node 3 (importFallbackPluginImporter)', 'cannot read the network'],
  ])('when trtexec says: %s', async (words, explanation) => {
    place.answer('trtexec.error', words);
    expect((await failing()).stderr).toContain(explanation);
  });

  it('when trtexec is killed, or makes nothing', async () => {
    place.answer('trtexec.error', '[I] Building');
    place.answer('trtexec.status', '137');
    expect((await failing()).stderr).toContain('killed, as by the kernel when memory runs out');
    place.forget('trtexec.error');
    place.answer('trtexec.makes-nothing');
    expect((await failing()).stderr).toContain('trtexec could not make a plan (exit status 0)');
  });

  it('when the image cannot be built', async () => {
    place.answer('build.error', 'ERROR: failed to solve');
    const run = await failing();
    expect(run.stderr).toContain('ERROR: failed to solve');
    expect(run.stderr).toContain('the image could not be built');
  });

  it('without a folder of models', async () => {
    rmSync(place.model('.'), { recursive: true });
    expect((await failing()).stderr).toContain('triton/models_serving is missing');
  });
});

describe('the repository of the project', () => {
  it('has networks whose plans can be made', async () => {
    rmSync(place.model('.'), { recursive: true });
    cpSync(join(tritonFolder, 'models_serving'), place.model('.'), {
      recursive: true,
      // What an owner has put there is not for a test.
      filter: (path) => !/\.(onnx|plan|plan\.json|pt|safetensors)$/.test(path),
    });
    const configurations = readdirSync(place.model('.')).filter((name) => place.has(`${name}/config.pbtxt`));
    const networks = configurations.filter((name) =>
      place.read(`${name}/config.pbtxt`).includes('platform: "tensorrt_plan"'),
    );
    expect(networks.length).toBeGreaterThan(0);
    const missing = await place.run();
    for (const name of networks) expect(missing.stderr).toContain(`${name}/1/model.onnx is missing`);

    for (const name of networks) place.writeNetwork(name);
    const run = await place.run(['--no-run']);
    expect(run.code).toBe(0);
    expect(work(run)).toEqual([...networks.map((name) => `convert ${name}`), 'build']);
    const conversions = run.calls.filter((call) => call.includes('trtexec')).map((call) => call.join(' '));
    for (const conversion of conversions) {
      expect(conversion).toMatch(/--minShapes=\S+:1x\S+ --optShapes=\S+:8x\S+ --maxShapes=\S+:32x\S+ --fp16/);
    }
  });
});

describe('rootless Docker', () => {
  it('writes plans as the user by itself', async () => {
    place.answer('security', '["name=seccomp,profile=builtin","name=rootless","name=cgroupns"]');
    const run = await place.run(['--no-run']);
    expect(run.calls.find((call) => call.includes('trtexec'))).not.toContain('--user');
  });
});
