import { describe, expect, it } from 'vitest';
import type { ModelDescription, TensorDescription } from './model-description.js';
import { probeInputs, probeOutputs } from './probe-tensors.js';

const options = { detectionInput: { width: 320, height: 240 }, extractionModel: 'extraction' };

const tensor = (
  name: string,
  datatype: TensorDescription['datatype'],
  ...shape: number[]
): TensorDescription => ({ name, datatype, shape });

const model = (
  name: string,
  inputs: TensorDescription[],
  maxBatchSize: number | null = 8,
): ModelDescription => ({
  name,
  inputs,
  outputs: [tensor('output_0', 'FP32', -1, 5)],
  maxBatchSize,
  parameters: {},
});

const picture = tensor('input_0', 'UINT8', -1, -1, -1, 3);

describe('what a model is tried with', () => {
  it('is a black picture of the configured size whose geometry is that of a photo of the same size', () => {
    const inputs = probeInputs(
      model('detection', [picture, tensor('input_2', 'FP64', -1, 2), tensor('input_1', 'FP32', -1, 2)]),
      options,
    );
    expect(inputs.map(({ shape }) => shape)).toEqual([
      [1, 240, 320, 3],
      [1, 2],
      [1, 2],
    ]);
    const [pixels, centre, scale] = inputs.map(({ data }) => new Uint8Array(data as Uint8Array));
    expect(pixels).toEqual(new Uint8Array(240 * 320 * 3));
    expect([...new Float64Array(centre?.buffer ?? [])]).toEqual([120, 160]);
    expect([...new Float32Array(scale?.buffer ?? [])]).toEqual([1, 1]);
  });

  it('takes the order of the contract where the names are others', () => {
    const inputs = probeInputs(
      model('detection', [picture, tensor('a', 'FP32', -1, 2), tensor('b', 'FP32', -1, -1)], null),
      options,
    );
    const numbers = inputs
      .slice(1)
      .map(({ data }) => [...new Float32Array(new Uint8Array(data as Uint8Array).buffer)]);
    expect(numbers).toEqual([
      [1, 1],
      [120, 160],
    ]);
  });

  it('is an aligned face for the extraction model, and the fixed sizes of a model before all others', () => {
    const shapesOf = (name: string, ...inputs: TensorDescription[]) =>
      probeInputs(model(name, inputs), options).map(({ shape }) => shape);
    expect(shapesOf('extraction', picture)).toEqual([[1, 112, 112, 3]]);
    expect(shapesOf('detection', tensor('input_0', 'UINT8', -1, 64, 32, 3))).toEqual([[1, 64, 32, 3]]);
  });

  it('is zeros where a model takes something else', () => {
    const strange = [tensor('a', 'INT8', -1, 2), tensor('b', 'FP32', -1, 3), tensor('c', 'BYTES', -1)];
    const inputs = probeInputs(model('detection', strange), options);
    expect(inputs.map(({ data }) => data)).toEqual([
      new Uint8Array(2),
      new Uint8Array(12),
      new Uint8Array(4),
    ]);
  });

  it('expects all outputs, of any number of rows', () => {
    expect(probeOutputs(model('detection', []))).toEqual({
      output_0: { name: 'output_0', datatype: 'FP32', shape: [null, 5] },
    });
  });
});
