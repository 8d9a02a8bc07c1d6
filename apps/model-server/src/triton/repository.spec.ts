import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readContractParameters } from '@face/kserve';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { detectionModels } from './detection-models.js';
import { extractionModels } from './extraction-models.js';
import { type FaceModels, ofOwner } from './face-models.js';
import { parseProfile, type Profile } from './profile.js';
import type { TritonModel } from './triton-model.js';
import { writeRepository } from './write-repository.js';

const production = readFileSync(
  fileURLToPath(new URL('../../../../triton/profiles/tensorrt.json', import.meta.url)),
  'utf8',
);

function planOf(change: Record<string, unknown> = {}): { profile: Profile; models: FaceModels } {
  const profile = parseProfile('tensorrt.json', production, change);
  if (typeof profile.models === 'string') throw new Error('the profile has a pack');
  return { profile, models: ofOwner(profile.models, profile.flipMerge ?? 'none') };
}

const modelsOf = (change?: Record<string, unknown>) => {
  const plan = planOf(change);
  return [...detectionModels(plan).models, ...extractionModels(plan).models];
};

const detector = { kind: 'scrfd', tensors: { input: 'input.1', score_8: '448' } };
const embedder = { kind: 'arcface', tensors: { output: 'embedding' } };
const landmarks = { kind: 'points68' };

/** Everything that an ensemble says about its steps must hold for the models that it names. */
function expectConnected(models: readonly TritonModel[]): void {
  const named = new Map(models.map((model) => [model.name, model]));
  for (const ensemble of models) {
    if (ensemble.execution.kind !== 'ensemble') continue;
    const known = new Map(ensemble.inputs.map((spec) => [spec.name, spec]));
    for (const step of ensemble.execution.steps) {
      const model = named.get(step.model);
      if (model === undefined) throw new Error(`${step.model} is missing`);
      expect(model.maxBatchSize).toBeGreaterThanOrEqual(ensemble.maxBatchSize);
      expect(Object.keys(step.inputs).sort()).toEqual(model.inputs.map(({ name }) => name).sort());
      for (const spec of model.inputs) {
        const { datatype, dims } = known.get(step.inputs[spec.name] ?? '') ?? {};
        expect([spec.name, datatype, dims]).toEqual([spec.name, spec.datatype, spec.dims]);
      }
      for (const spec of model.outputs) {
        const name = step.outputs[spec.name] ?? '';
        expect(name).not.toBe('');
        known.set(name, { ...spec, name });
      }
    }
    for (const output of ensemble.outputs) expect(known.get(output.name)).toEqual(output);
  }
}

describe('a repository', () => {
  it.each([
    ['production', {}],
    ['without merging', { flipMerge: 'none' }],
    ['with YuNet', { models: { detector: { kind: 'yunet' }, embedder } }],
    ['with a landmark network', { models: { detector: { kind: 'rfb' }, landmarks, embedder } }],
    ['with a KP-RPE backbone', { models: { detector, embedder: { kind: 'arcface', kprpe: {} } } }],
    ['in onnxruntime', { engine: 'onnxruntime' }],
  ])('has ensembles whose tensors fit: %s', (_name, change) => {
    expectConnected(modelsOf(change));
  });

  it('has the tensors of the contract', () => {
    const models = modelsOf();
    const whole = (name: string) => models.find((model) => model.name === name);
    expect(whole('detection')).toMatchObject({
      maxBatchSize: 8,
      inputs: [
        { name: 'input_0', datatype: 'UINT8', dims: [-1, -1, 3] },
        { name: 'input_1', datatype: 'FP32', dims: [2] },
        { name: 'input_2', datatype: 'FP32', dims: [2] },
      ],
      outputs: [
        { name: 'output_0', datatype: 'FP32', dims: [5] },
        { name: 'output_1', datatype: 'FP32', dims: [10] },
        { name: 'output_2', datatype: 'INT32', dims: [1] },
      ],
    });
    expect(whole('extraction')).toMatchObject({
      maxBatchSize: 8,
      inputs: [{ name: 'input_0', datatype: 'UINT8', dims: [112, 112, 3] }],
      outputs: [{ name: 'output_0', datatype: 'FP32', dims: [1024] }],
    });
  });

  it('tells the contract as the model server does', () => {
    const extraction = modelsOf().find(({ name }) => name === 'extraction');
    const contract = readContractParameters(extraction?.parameters ?? {}, 1024);
    expect(contract).toEqual({ ...planOf().models.contract, contractId: null });
    expect(contract).toMatchObject({ flipMerge: 'concat', calibration: { calibrated: false } });
  });

  it('calls tensors of a plan as its file does', () => {
    const network = modelsOf({ models: { detector, embedder } }).find(({ name }) => name === 'detect_net');
    expect(network?.inputs[0]?.name).toBe('input.1');
    expect(network?.outputs.map(({ name }) => name).slice(0, 2)).toEqual(['448', 'bbox_8']);
  });

  it('refuses a size that the detector has no grid for', () => {
    const size = { ...detector, inputSize: { width: 650, height: 640 } };
    expect(() => modelsOf({ models: { detector: size, embedder } })).toThrow('multiples of 32');
  });
});

describe('the contract id', () => {
  const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];

  it('is stated when all files are known, and a template else', () => {
    const known = planOf({
      models: { detector: { ...detector, sha256: a }, embedder: { ...embedder, sha256: b } },
    });
    expect(known.models.contract.contractId).toMatch(/^[0-9a-f]{32}$/);
    expect(known.models.contractTemplate).toBeUndefined();

    const open = planOf({ models: { detector, embedder: { ...embedder, sha256: b } } }).models;
    expect(open.contract.contractId).toBeNull();
    const filled = open.contractTemplate?.replace('${detect_net}', a) ?? '';
    expect(createHash('sha256').update(filled).digest('hex').slice(0, 32)).toBe(
      known.models.contract.contractId,
    );
  });

  it('depends on the aligner of a KP-RPE backbone', () => {
    const { contractTemplate } = planOf({
      models: { detector, embedder: { kind: 'arcface', kprpe: {} } },
    }).models;
    for (const name of ['${detect_net}', '${extract_net}', '${extract_align}']) {
      expect(contractTemplate).toContain(name);
    }
  });
});

describe('writing', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'face-repository-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (change?: Record<string, unknown>) =>
    writeRepository(planOf(change), { folder, packages: '../python', origin: 'tensorrt.json' });

  it('gives every model a version folder, and Python models their entry', async () => {
    await write();
    for (const model of modelsOf()) {
      expect(existsSync(join(folder, model.name, 'config.pbtxt'))).toBe(true);
      expect(readdirSync(join(folder, model.name, '1'))).toEqual([
        model.execution.kind === 'python' ? 'model.py' : '.gitkeep',
      ]);
    }
    const entry = readFileSync(join(folder, 'detect_pre/1/model.py'), 'utf8');
    expect(entry).toContain('parents[2] / "../python"');
    expect(entry).toContain('from face_serving.models.detect_pre import TritonPythonModel');
  });

  it('keeps what the owner put there and removes models that are gone', async () => {
    await write();
    writeFileSync(join(folder, 'detect_net/1/model.plan'), 'a plan');
    // A server that served it left this.
    mkdirSync(join(folder, 'extract_post/1/__pycache__'));
    writeFileSync(join(folder, 'extract_post/1/__pycache__/model.cpython-311.pyc'), '');
    await write({ flipMerge: 'none' });
    expect(readFileSync(join(folder, 'detect_net/1/model.plan'), 'utf8')).toBe('a plan');
    expect(existsSync(join(folder, 'extract_post'))).toBe(false);
  });

  it('says where files of the owner would keep Triton from starting', async () => {
    mkdirSync(join(folder, 'extract_align/1'), { recursive: true });
    writeFileSync(join(folder, 'extract_align/1/model.onnx'), 'an aligner');
    await expect(write()).rejects.toThrow(
      /extract_align is no longer part .* holds model.onnx: move it away/,
    );
  });
});
