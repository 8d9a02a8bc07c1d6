import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { inferenceService } from '@face/kserve';
import { Client, credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTorchPython } from '../support/torch-python.js';
import { writeTritonRepository } from '../support/triton-repository.js';
import { TritonServer } from '../support/triton-server.js';

const run = promisify(execFile);
const triton = fileURLToPath(new URL('../../triton/', import.meta.url));

const [faces, side, dimension] = [5, 112, 48];

/** Production's form on a CPU: the aligner by onnxruntime, the backbone in PyTorch. */
const profile = {
  engine: 'onnxruntime',
  form: 'ensemble',
  models: {
    detector: { kind: 'scrfd' },
    embedder: {
      kind: 'arcface',
      dimension: dimension / 2,
      kprpe: { structure: 'structure.json', precision: 'fp32' },
    },
  },
  flipMerge: 'concat',
  requestBatch: 8,
  networks: { mostBatch: 8, optimumBatch: 1, precision: 'fp32', batchDelayMicroseconds: 0 },
  queue: { requests: 64, seconds: 60 },
  instances: { steps: 1, detector: 1, embedder: 1 },
};

/** A Python with PyTorch whose packages the server's Python can load: both must be of one minor version. */
async function packagesForServer(python: string | undefined): Promise<readonly string[] | undefined> {
  const server = process.env['FACE_TEST_TRITON_PYTHON'];
  if (python === undefined || server === undefined) return undefined;
  const version = 'import sys; print(*sys.version_info[:2])';
  const where = 'import json, torch; print(json.dumps(torch.__path__[0].rsplit("/", 1)[:1]))';
  const versions = await Promise.all(
    [python, join(server, 'bin/python')].map(async (each) => (await run(each, ['-c', version])).stdout),
  );
  if (versions[0] !== versions[1]) {
    console.log('skipped: KP-RPE in Triton, for PyTorch and the server are of different versions of Python');
    return undefined;
  }
  return JSON.parse((await run(python, ['-c', where])).stdout) as readonly string[];
}

const torchPython = findTorchPython('KP-RPE in Triton');
const packages = await packagesForServer(torchPython);

interface InferAnswer {
  readonly outputs: readonly { readonly name: string; readonly shape: readonly (number | bigint)[] }[];
  readonly rawOutputContents: readonly Uint8Array[];
}

describe.skipIf(packages === undefined)('Triton with a KP-RPE backbone', () => {
  let folder: string;
  let repository: string;
  let files: string;
  let cache: string;
  let server: TritonServer;
  let client: Client;

  /** As the container's start-up hook does; `python3 -m` has a module and its arguments behind it. */
  const python = (args: readonly string[]) =>
    run(torchPython ?? '', ['-m', ...args], {
      cwd: join(triton, 'python'),
      env: { ...process.env, PYTHONPATH: triton, PYTHONDONTWRITEBYTECODE: '1' },
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'face-kprpe-'));
    [repository, files, cache] = [join(folder, 'models'), join(folder, 'files'), join(folder, 'rpe_ops')];
    await mkdir(files);
    await python(['kprpe.tests.write_small_model', files]);
    await writeFile(join(folder, 'profile.json'), JSON.stringify(profile));
    await writeTritonRepository(join(folder, 'profile.json'), repository);
    // No detector here: its network would be the owner's to bring.
    for (const name of ['detection', 'detect_pre', 'detect_net', 'detect_post']) {
      await rm(join(repository, name), { recursive: true });
    }
    await cp(join(files, 'model.onnx'), join(repository, 'extract_align/1/model.onnx'));
    for (const name of ['structure.json', 'model.pt']) {
      await cp(join(files, name), join(repository, 'extract_net/1', name));
    }
    // In an image PyTorch is a package of the server's own Python.
    const entry = join(repository, 'extract_net/1/model.py');
    const paths = `import sys\nsys.path.extend(${JSON.stringify(packages)})\n`;
    await writeFile(entry, paths + (await readFile(entry, 'utf8')));
    const building = ['rpe_ops', 'build', '--arch', 'cpu', '--cache', cache, '--if-used-by', repository];
    const { stdout, stderr } = await python(building);
    expect(stderr).toContain('needed by extract_net');
    expect(stdout.trim()).toMatch(/librpe_ops\.so$/);
    process.env['FACE_V3_RPE_OPS_CACHE'] = cache;
    server = await TritonServer.start(repository);
    client = new Client(server.address, credentials.createInsecure());
  }, 600_000);

  afterAll(async () => {
    client.close();
    await server.stop();
    delete process.env['FACE_V3_RPE_OPS_CACHE'];
    await rm(folder, { recursive: true, force: true });
  });

  const extract = (pictures: Uint8Array): Promise<InferAnswer> => {
    const { path, requestSerialize, responseDeserialize } = inferenceService.modelInfer;
    const count = BigInt(pictures.length / (side * side * 3));
    const request = {
      modelName: 'extraction',
      modelVersion: '',
      id: '',
      parameters: {},
      inputs: [{ name: 'input_0', datatype: 'UINT8', shape: [count, 112n, 112n, 3n], parameters: {} }],
      outputs: [],
      rawInputContents: [pictures],
    };
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        path,
        requestSerialize as (value: object) => Buffer,
        responseDeserialize as (bytes: Buffer) => InferAnswer,
        request,
        { deadline: Date.now() + 60_000 },
        (error, answer) => (answer === undefined ? reject(error ?? new Error('no answer')) : resolve(answer)),
      );
    });
  };

  const numbers = (bytes: Uint8Array) => new Float32Array(bytes.slice().buffer);

  it('answers what its weights and keypoints give by the plainest formulas', async () => {
    const pictures = await readFile(join(files, 'faces.bin'));
    const expected = numbers(await readFile(join(files, 'embeddings.bin')));
    const face = pictures.length / faces;
    const together = await extract(pictures);
    const alone = await Promise.all(
      [0, 1, 2, 3, 4].map((at) => extract(pictures.subarray(at * face, (at + 1) * face))),
    );
    expect(together.outputs[0]).toMatchObject({ name: 'output_0' });
    expect(together.outputs[0]?.shape.map(Number)).toEqual([faces, dimension]);
    const embeddings = numbers(together.rawOutputContents[0] ?? new Uint8Array());
    expect(embeddings).toHaveLength(expected.length);
    expect(Math.max(...embeddings.map((value, at) => Math.abs(value - (expected[at] ?? NaN))))).toBeLessThan(
      1e-5,
    );
    const each = alone.flatMap(({ rawOutputContents: [bytes = new Uint8Array()] }) => [...numbers(bytes)]);
    expect(Math.max(...each.map((value, at) => Math.abs(value - (embeddings[at] ?? NaN))))).toBeLessThan(
      1e-5,
    );
  });

  it('does not start without its weights, nor with an extension that was not built', async () => {
    const weights = join(repository, 'extract_net/1/model.pt');
    await rm(weights);
    await expect(TritonServer.start(repository)).rejects.toThrow(
      'model.pt is missing: put the weights there',
    );
    await cp(join(files, 'model.pt'), weights);
    process.env['FACE_V3_RPE_OPS_CACHE'] = files;
    const sentence = 'rpe_ops has not been built for this machine';
    await expect(TritonServer.start(repository)).rejects.toThrow(sentence);
    process.env['FACE_V3_RPE_OPS_CACHE'] = cache;
  });

  it('says of itself what runs', () => {
    expect(server.printed).toContain('extract_net: model.pt, fp32 on cpu');
  });
});
