import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sharedFolder } from '../../../../test/support/shared-data.js';
import { input, model, output, run, weights } from '../packs/onnx/graph.fixture.js';
import { graphFields, integerTensor, nodeField } from '../packs/onnx/graph.js';
import { integerField, messageField, textField } from '../packs/onnx/protobuf.js';
import { fitNetwork } from './fit-network.js';

/** A `Constant` node of integers. */
function constant(name: string, values: readonly bigint[]) {
  const tensorType = integerField(20, 4n);
  const attribute = messageField(5, [textField(1, 'value'), integerTensor(5, '', values), tensorType]);
  return messageField(graphFields.node, [textField(2, name), textField(4, 'Constant'), attribute]);
}

const convolution = (from: string, to: string) =>
  nodeField('Conv', [from, 'w'], to, { kernel_shape: [1n, 1n] });
const kernel = weights('w', [2, 3, 1, 1], [1, -2, 0.5, 0.25, 1, 3]);

/** Heads as InsightFace exports them: the batch lies between rows and channels, and is flattened with them. */
const flattened = model([
  constant('rows', [-1n, 1n]),
  convolution('x', 'c'),
  nodeField('Transpose', ['c'], 't', { perm: [2n, 3n, 0n, 1n] }),
  nodeField('Reshape', ['t', 'rows'], 'r'),
  nodeField('Sigmoid', ['r'], '448'),
  kernel,
  input('x', [1, 3, 4, 2]),
  output('448', [16, 1]),
]);

/** An enlargement to a size that was fixed by the export, and a head of one picture. */
const enlarged = model([
  nodeField('MaxPool', ['x'], 'p', { kernel_shape: [2n, 2n], strides: [2n, 2n] }),
  nodeField('Resize', ['p', '', '', 'sizes'], 'u'),
  nodeField('Add', ['u', 'x'], 'a'),
  convolution('a', 'c'),
  nodeField('Transpose', ['c'], 't', { perm: [0n, 2n, 3n, 1n] }),
  nodeField('Reshape', ['t', 'rows'], 'bbox'),
  integerTensor(graphFields.initializer, 'sizes', [1n, 3n, 4n, 2n]),
  integerTensor(graphFields.initializer, 'rows', [1n, -1n, 2n]),
  kernel,
  input('x', [1, 3, 4, 2]),
  output('bbox', [1, 8, 2]),
]);

describe('a network for one picture', () => {
  const pictures = [0, 1, 2].map((seed) =>
    Array.from({ length: 24 }, (_, index) => Math.sin(index + 10 * seed)),
  );

  it.each([
    ['with flattened heads', flattened, '448', [16, 1]],
    ['with an enlargement to a fixed size', enlarged, 'bbox', [8, 2]],
  ])('%s takes a batch and gives the same', async (_what, published, name, dims) => {
    const fitted = await fitNetwork(published, undefined);
    expect(fitted.input).toEqual({ name: 'x', dims: [3, 4, 2] });
    expect(fitted.outputs).toEqual([{ name, dims }]);
    const together = await run(fitted.model, pictures.flat(), [3, 3, 4, 2]);
    const single: number[] = [];
    for (const picture of pictures) single.push(...(await run(published, picture, [1, 3, 4, 2])));
    expect(together).toHaveLength(48);
    together.forEach((value, index) => expect(value).toBeCloseTo(single[index] ?? NaN, 5));
  });

  it('is refused when a batch would mix its pictures', async () => {
    const mixing = model([
      nodeField('ReduceMean', ['x'], 'm', { axes: [0n], keepdims: 1n }),
      nodeField('Add', ['x', 'm'], 'y'),
      input('x', [1, 3, 4, 2]),
      output('y', [1, 3, 4, 2]),
    ]);
    await expect(fitNetwork(mixing, undefined)).rejects.toThrow(
      "Output 'y' is another one for a picture in a batch than for the same one alone.",
    );
  });

  it('is refused when it is none', async () => {
    await expect(fitNetwork(Uint8Array.of(8, 1), undefined)).rejects.toThrow('The file is no ONNX network');
    const two = model([
      nodeField('Add', ['x', 'y'], 'z'),
      input('x', [1, 2]),
      input('y', [1, 2]),
      output('z', [1, 2]),
    ]);
    await expect(fitNetwork(two, undefined)).rejects.toThrow('It has the inputs x, y, expected exactly one.');
  });
});

const models = sharedFolder('models');

describe.skipIf(models === undefined)('published detectors', () => {
  const size = { width: 640, height: 640 };

  it.each(['scrfd_500m_bnkps', 'yunet_2023mar_640', 'yunet_s_dynamic'])(
    '%s takes a batch',
    async (name) => {
      const path = fileURLToPath(new URL(`file://${models}${name}/model.onnx`));
      expect(existsSync(path)).toBe(true);
      const { input: taken, outputs } = await fitNetwork(readFileSync(path), size);
      expect(taken.dims).toEqual([3, 640, 640]);
      const dims = new Map(outputs.map((each) => [each.name, each.dims]));
      expect(dims.get('kps_32')).toEqual([name.startsWith('scrfd') ? 800 : 400, 10]);
    },
    120_000,
  );

  it('must be told a size when they leave it open', async () => {
    const path = fileURLToPath(new URL(`file://${models}yunet_s_dynamic/model.onnx`));
    await expect(fitNetwork(readFileSync(path), undefined)).rejects.toThrow('say --size 640x640');
  });
});
