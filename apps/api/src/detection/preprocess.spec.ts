import type { InputTensor, ModelDescription, TensorDescription } from '@face/triton';
import { describe, expect, it } from 'vitest';
import { detectionTensors } from './detection-tensors.js';
import { detectorInputs, detectorOutputs } from './preprocess.js';

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
  name: 'detection',
  inputs: [
    tensor('input_0', 'UINT8', -1, -1, -1, 3),
    tensor('input_1', 'FP32', -1, 2),
    tensor('input_2', 'FP32', -1, 2),
  ],
  outputs: [
    tensor('output_0', 'FP32', -1, 5),
    tensor('output_1', 'FP32', -1, 10),
    tensor('output_2', 'INT32', -1, 1),
  ],
  maxBatchSize: 8,
  parameters: {},
};

const frame = { width: 4, height: 2 };
const picture = (fill: number, scale: number, width: number, height: number) => ({
  letterboxed: { data: new Uint8Array(4 * 2 * 3).fill(fill), scale },
  source: { width, height },
});

describe('detectorInputs', () => {
  const batch = [picture(1, 0.5, 8, 4), picture(2, 0.25, 10, 8)];

  it('lays out pixels, scale twice, and centre as height then width', () => {
    const [pixels, scale, centre] = detectorInputs(detectionTensors(model), frame, batch);
    expect(pixels).toMatchObject({ name: 'input_0', datatype: 'UINT8', shape: [2, 2, 4, 3] });
    expect(pixels?.data).toEqual([new Uint8Array(24).fill(1), new Uint8Array(24).fill(2)]);
    const numbers = (data: InputTensor['data'] = []) =>
      data instanceof Uint8Array ? Array.from(new Float32Array(new Uint8Array(data).buffer)) : [];
    expect(scale).toMatchObject({ name: 'input_1', datatype: 'FP32', shape: [2, 2] });
    expect(numbers(scale?.data)).toEqual([0.5, 0.5, 0.25, 0.25]);
    expect(centre).toMatchObject({ name: 'input_2', datatype: 'FP32', shape: [2, 2] });
    expect(numbers(centre?.data)).toEqual([2, 4, 4, 5]);
  });

  it('does not copy pixels', () => {
    const [pixels] = detectorInputs(detectionTensors(model), frame, batch);
    expect(pixels?.data instanceof Uint8Array ? undefined : pixels?.data[1]).toBe(batch[1]?.letterboxed.data);
  });

  it('says which size to set when the model takes another one', () => {
    const fixed = {
      ...model,
      inputs: [tensor('input_0', 'UINT8', -1, 640, 320, 3), ...model.inputs.slice(1)],
    };
    expect(() => detectorInputs(detectionTensors(fixed), frame, batch)).toThrow(
      /320 x 640.*FACE_V3_DETECTION_INPUT/,
    );
  });
});

describe('detectorOutputs', () => {
  it('asks for as many counts as images', () => {
    expect(detectorOutputs(detectionTensors(model), 3)).toEqual({
      boxes: { name: 'output_0', datatype: 'FP32', shape: [null, 5] },
      landmarks: { name: 'output_1', datatype: 'FP32', shape: [null, 10] },
      counts: { name: 'output_2', datatype: 'INT32', shape: [3, 1] },
    });
  });
});

describe('detectionTensors', () => {
  it('finds tensors of other names and datatypes by their shape and order', () => {
    const renamed: ModelDescription = {
      ...model,
      inputs: [
        tensor('scales', 'FP64', -1, 2),
        tensor('pictures', 'FP32', -1, -1, -1, 3),
        tensor('middles', 'FP32', -1, 2),
      ],
      outputs: [
        tensor('n', 'INT64', -1, 1),
        tensor('points', 'FP16', -1, 10),
        tensor('rectangles', 'FP32', -1, 5),
      ],
    };
    const { image, scale, centre, boxes, landmarks, counts } = detectionTensors(renamed);
    expect([image, scale, centre, boxes, landmarks, counts].map(({ name }) => name)).toEqual([
      'pictures',
      'scales',
      'middles',
      'rectangles',
      'points',
      'n',
    ]);
  });

  it.each([
    ['an output is missing', { ...model, outputs: model.outputs.slice(0, 2) }, /no tensor 'output_2'\./],
    [
      'an output has another shape',
      { ...model, outputs: [tensor('output_0', 'FP32', -1, 4), ...model.outputs.slice(1)] },
      /no tensor 'output_0' of a usable shape, it is \[-1,4\]/,
    ],
    [
      'a datatype cannot be used',
      { ...model, inputs: [tensor('input_0', 'BYTES', -1, -1, -1, 3), ...model.inputs.slice(1)] },
      /'input_0' of the model 'detection' is BYTES, usable are UINT8/,
    ],
  ])('says so when %s', (_what, wrong, message) => {
    expect(() => detectionTensors(wrong)).toThrow(message);
  });
});
