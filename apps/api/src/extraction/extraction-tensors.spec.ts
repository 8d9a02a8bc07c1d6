import type { ModelDescription, TensorDescription } from '@face/triton';
import { describe, expect, it } from 'vitest';
import { extractionTensors } from './extraction-tensors.js';

const tensor = (
  name: string,
  datatype: TensorDescription['datatype'],
  ...shape: number[]
): TensorDescription => ({
  name,
  datatype,
  shape,
});

const model: ModelDescription = {
  name: 'extraction',
  inputs: [tensor('input_0', 'UINT8', -1, 112, 112, 3)],
  outputs: [tensor('output_0', 'FP32', -1, 1024)],
  maxBatchSize: 8,
  parameters: {},
};

describe('extractionTensors', () => {
  it('takes the tensors of the contract', () => {
    expect(extractionTensors(model)).toEqual({ face: model.inputs[0], embedding: model.outputs[0] });
  });

  it('takes other names and datatypes where only one tensor can be meant', () => {
    const renamed = {
      ...model,
      inputs: [tensor('faces', 'FP32', -1, -1, -1, 3)],
      outputs: [tensor('vectors', 'FP16', -1, 512)],
    };
    const { face, embedding } = extractionTensors(renamed);
    expect([face.name, face.datatype, embedding.name, embedding.datatype]).toEqual([
      'faces',
      'FP32',
      'vectors',
      'FP16',
    ]);
  });

  it.each([
    [
      'faces of another size',
      { ...model, inputs: [tensor('input_0', 'UINT8', -1, 96, 96, 3)] },
      /'input_0'.*112, 112/,
    ],
    ['faces channel first', { ...model, inputs: [tensor('input_0', 'FP32', -1, 3, 112, 112)] }, /'input_0'/],
    ['nothing', { ...model, inputs: [] }, /'input_0'/],
    [
      'bytes',
      { ...model, inputs: [tensor('input_0', 'BYTES', -1, 112, 112, 3)] },
      /is BYTES, usable are UINT8/,
    ],
  ])('refuses a model that takes %s', (_what, wrong, message) => {
    expect(() => extractionTensors(wrong)).toThrow(message);
  });

  it.each([
    ['no embedding', { ...model, outputs: [] }, /no output 'output_0'/],
    [
      'a tensor of another rank',
      { ...model, outputs: [tensor('output_0', 'FP32', -1)] },
      /\[faces, dimension\]/,
    ],
    ['integers', { ...model, outputs: [tensor('output_0', 'INT8', -1, 512)] }, /is INT8, usable are FP32/],
    [
      'two outputs of unknown meaning',
      { ...model, outputs: [tensor('a', 'FP32', -1, 512), tensor('b', 'FP32', -1, 512)] },
      /no output 'output_0'/,
    ],
  ])('refuses a model that gives %s', (_what, wrong, message) => {
    expect(() => extractionTensors(wrong)).toThrow(message);
  });
});
