import type { ModelInferResponse, Tensor } from '@face/kserve';
import { describe, expect, it } from 'vitest';
import { floats } from '../../test/scripted-server.js';
import { type OutputSpec, matchOutputs } from './match-outputs.js';

const boxes: OutputSpec = { name: 'output_0', datatype: 'FP32', shape: [null, 5] };
const counts: OutputSpec = { name: 'output_2', datatype: 'INT32', shape: [1, 1] };
const oneBox = floats('output_0', [1, 5], [1, 2, 3, 4, 0.9]);
const oneCount: Tensor = {
  name: 'output_2',
  datatype: 'INT32',
  shape: [1, 1],
  data: Uint8Array.of(1, 0, 0, 0),
};

function response(...tensors: Tensor[]): ModelInferResponse {
  return {
    modelName: 'm',
    modelVersion: '1',
    id: '',
    parameters: {},
    outputs: tensors.map(({ name, datatype, shape }) => ({
      name,
      datatype,
      shape: shape.map(BigInt),
      parameters: {},
      contents: undefined,
    })),
    rawOutputContents: tensors.map(({ data }) => data),
  };
}

describe('matchOutputs', () => {
  it('finds tensors by name, in whatever order they came', () => {
    const found = matchOutputs('m', response(oneCount, oneBox), { boxes, counts });
    expect(found.boxes).toEqual(oneBox);
    expect(found.counts).toEqual(oneCount);
  });

  it('takes empty tensors', () => {
    const none = floats('output_0', [0, 5], []);
    expect(matchOutputs('m', response(none), { boxes }).boxes.data).toHaveLength(0);
  });

  it.each([
    ['is missing', response(oneCount), /did not give the tensor 'output_0'/],
    [
      'has no bytes',
      { ...response(oneBox), rawOutputContents: [] },
      /gave no raw bytes of the tensor 'output_0'/,
    ],
    ['has another datatype', response({ ...oneBox, datatype: 'INT32' }), /as INT32 instead of FP32/],
    ['has other sizes', response({ ...oneBox, shape: [1, 6] }), /shape \[1,6\] instead of \[-1,5\]/],
    ['has another rank', response({ ...oneBox, shape: [5] }), /shape \[5\]/],
    ['has a negative size', response({ ...oneBox, shape: [-1, 5] }), /shape \[-1,5\]/],
    ['is too short', response({ ...oneBox, data: oneBox.data.subarray(1) }), /19 bytes/],
    ['is too long', response({ ...oneBox, shape: [0, 5] }), /20 bytes/],
    ['has a size that overflows', response({ ...oneBox, shape: [2 ** 53, 5] }), /shape/],
  ])('refuses a tensor that %s, naming model and tensor', (_why, answer, message) => {
    expect(() => matchOutputs('m', answer, { boxes })).toThrow(message);
    expect(() => matchOutputs('m', answer, { boxes })).toThrow(/The model 'm'.*'output_0'/);
  });
});
