import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseProfile } from './profile.js';

const shipped = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../../../triton/profiles/${name}.json`, import.meta.url)), 'utf8');

describe('profiles that come with the project', () => {
  it('describe production', () => {
    const profile = parseProfile('tensorrt.json', shipped('tensorrt'));
    expect(profile).toMatchObject({
      engine: 'tensorrt',
      form: 'ensemble',
      flipMerge: 'concat',
      requestBatch: 8,
      networks: { mostBatch: 32, optimumBatch: 8, precision: 'fp16' },
      models: {
        detector: { kind: 'scrfd', inputSize: { width: 640, height: 640 } },
        embedder: { kind: 'arcface', dimension: 512, kprpe: undefined },
      },
    });
  });

  it('describe the default pack on a CPU', () => {
    const profile = parseProfile('onnx-cpu.json', shipped('onnx-cpu'));
    expect(profile).toMatchObject({ engine: 'onnxruntime', form: 'single', models: 'faceplugin' });
  });
});

describe('a profile', () => {
  const production = JSON.parse(shipped('tensorrt')) as Record<string, Record<string, unknown>>;
  const changed = (change: object) => () =>
    parseProfile('mine.json', JSON.stringify({ ...production, ...change }));

  it('takes fields in place of its own', () => {
    const profile = parseProfile('tensorrt.json', shipped('tensorrt'), { pack: 'sface', models: undefined });
    expect(profile.models).toBe('sface');
  });

  it('describes a KP-RPE backbone', () => {
    const embedder = { kind: 'arcface', kprpe: { weights: 'vit.pt', precision: 'bf16' } };
    const { models } = changed({ models: { ...production['models'], embedder } })();
    expect(models).toMatchObject({
      embedder: { kprpe: { structure: 'base', weights: 'vit.pt', precision: 'bf16', rpeIndex: 'extension' } },
    });
  });

  it.each([
    ['an unknown field', { gpus: 2 }, 'mine.json: gpus is not known here'],
    ['no models', { models: undefined }, 'mine.json: models is missing'],
    ['another engine', { engine: 'openvino' }, 'mine.json: engine is "openvino", expected one of tensorrt'],
    ['a plan inside of another model', { form: 'single' }, 'mine.json: form is "single", expected ensemble'],
    ['requests larger than batches', { requestBatch: 64 }, 'mine.json: networks.mostBatch is 32, expected'],
    ['no instances', { instances: { steps: 0 } }, 'mine.json: instances.steps is 0'],
    [
      'a misspelt field of the models',
      { models: { ...production['models'], detectr: {} } },
      'mine.json: models.detectr is not known',
    ],
    ['a queue without end', { queue: { requests: 0, seconds: 10 } }, 'mine.json: queue.requests is 0'],
  ])('with %s is refused', (_what, change, sentence) => {
    expect(changed(change)).toThrow(sentence);
  });
});
