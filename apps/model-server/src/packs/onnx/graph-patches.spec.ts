import { describe, expect, it } from 'vitest';
import { freeBatch } from './free-batch.js';
import { graphOf, input, model, output, run, weights } from './graph.fixture.js';
import {
  floatTensor,
  graphFields,
  integerTensor,
  nodeField,
  patchModel,
  readNode,
  type GraphPatch,
} from './graph.js';
import { lastField, readFields, textField } from './protobuf.js';
import { resizeRfb, rfbAnchors } from './resize-rfb.js';
import { rewritePrelu } from './rewrite-prelu.js';
import { dropInitializerInputs, dropValueInfo } from './tidy-inputs.js';
import { valueName, valueShape } from './value-info.js';

const patched = (file: Uint8Array, ...patches: GraphPatch[]) => patchModel(file, patches);

describe('patchModel', () => {
  it('leaves every byte alone when no patch changes anything, unknown fields included', () => {
    const file = model(
      [
        input('x', [1, 2]),
        output('y', [1, 2]),
        nodeField('Relu', ['x'], 'y'),
        textField(999, 'unknown to us'),
      ],
      [textField(500, 'also unknown')],
    );
    expect(patched(file, dropInitializerInputs, dropValueInfo, rewritePrelu)).toEqual(file);
  });

  it('refuses what is no ONNX file', () => {
    expect(() => patchModel(Uint8Array.of(0x08, 1), [])).toThrow('holds no graph');
  });
});

describe('rewritePrelu', () => {
  const graph = (slopes: readonly number[]) => [
    nodeField('PRelu', ['x', 'slope'], 'y'),
    weights('slope', [slopes.length, 1, 1], slopes),
    input('x', [1, slopes.length, 2, 2]),
    output('y', [1, slopes.length, 2, 2]),
  ];
  const data = [-3, -0.5, 0, 2, -1, 1, -2, 4];

  it.each([
    ['usual slopes', [0.25, 0.75]],
    ['negative slopes', [-0.5, -2]],
    ['a slope above 1', [1.5, 0.25]],
  ])('gives the same result for %s', async (_what, slopes) => {
    const file = model(graph(slopes));
    const changed = patched(file, rewritePrelu);
    expect(
      graphOf(changed)
        .filter((field) => field.number === 1)
        .map((field) => readNode(field).opType),
    ).not.toContain('PRelu');
    const expected = data.map((x, index) => (x < 0 ? x * (slopes[index >> 2] ?? NaN) : x));
    expect(await run(file, data, [1, 2, 2, 2])).toEqual(expected);
    const got = await run(changed, data, [1, 2, 2, 2]);
    got.forEach((y, index) => expect(y).toBeCloseTo(expected[index] ?? NaN, 5));
  });

  it('drops a slope that nobody reads any more, and only that', () => {
    const names = (file: Uint8Array) =>
      graphOf(file)
        .filter((field) => field.number === graphFields.initializer)
        .map((field) => new TextDecoder().decode(lastField(readFields(field.payload), 8)?.payload));
    expect(names(patched(model(graph([0.5, 0.5])), rewritePrelu))).toEqual(['y/slope', 'y/rest']);
    const shared = model([
      ...graph([0.5, 0.5]),
      nodeField('Add', ['y', 'slope'], 'z'),
      output('z', [1, 2, 2, 2]),
    ]);
    expect(names(patched(shared, rewritePrelu))).toContain('slope');
  });

  it('leaves one slope for all channels alone', () => {
    const file = model([
      nodeField('PRelu', ['x', 'slope'], 'y'),
      weights('slope', [1], [0.5]),
      input('x', [1, 2, 2, 2]),
      output('y', [1, 2, 2, 2]),
    ]);
    expect(patched(file, rewritePrelu)).toEqual(file);
  });
});

describe('freeBatch', () => {
  const file = model([
    nodeField('Relu', ['x'], 'h'),
    nodeField('Reshape', ['h', 'shape'], 'y'),
    integerTensor(graphFields.initializer, 'shape', [1n, -1n]),
    input('x', [1, 2, 2]),
    output('y', [1, 4]),
  ]);

  it('lets a graph with a baked-in batch of 1 take more', async () => {
    const data = [1, 2, 3, 4, -5, 6, 7, 8, 9];
    await expect(run(file, data.slice(0, 8), [2, 2, 2])).rejects.toThrow();
    expect(await run(patched(file, freeBatch), data.slice(0, 8), [2, 2, 2])).toEqual([
      1, 2, 3, 4, 0, 6, 7, 8,
    ]);
  });

  it('leaves the shape of a weight alone: its first size is no batch', () => {
    const onWeight = model([
      nodeField('Reshape', ['w', 'shape'], 'v'),
      nodeField('Add', ['x', 'v'], 'y'),
      weights('w', [2], [10, 20]),
      integerTensor(graphFields.initializer, 'shape', [1n, 2n]),
      input('x', [1, 2]),
      output('y', [1, 2]),
    ]);
    const shape = (each: Uint8Array) =>
      graphOf(each).find((field) => field.number === graphFields.initializer && field.payload.includes(7));
    expect(shape(patched(onWeight, freeBatch))).toEqual(shape(onWeight));
  });
});

describe('dropInitializerInputs', () => {
  it('keeps the real inputs only', async () => {
    const file = model([
      nodeField('Add', ['x', 'w'], 'y'),
      weights('w', [1, 2], [10, 20]),
      input('x', [1, 2]),
      input('w', [1, 2]),
      output('y', [1, 2]),
    ]);
    const changed = patched(file, dropInitializerInputs);
    const inputs = graphOf(changed).filter((field) => field.number === graphFields.input);
    expect(inputs.map(valueName)).toEqual(['x']);
    expect(await run(changed, [1, 2], [1, 2])).toEqual([11, 22]);
  });
});

describe('resizeRfb', () => {
  const native = { width: 320, height: 240 };
  const anchors = rfbAnchors(native);
  const rows = anchors.centres.length / 2;
  const anchorWeights = (name: string, values: Float32Array) =>
    floatTensor(graphFields.initializer, name, [1, rows, 2], values);
  const graph = [
    anchorWeights('centres', anchors.centres),
    anchorWeights('sizes', anchors.sizes),
    anchorWeights('sizes again', anchors.sizes),
    nodeField('Add', ['centres', 'sizes'], 'a'),
    nodeField('Add', ['a', 'sizes again'], 'boxes'),
    input('input', [1, 3, 240, 320]),
    output('boxes', [1, rows, 2]),
  ];

  it('counts the anchors of the published model', () => {
    expect(rows).toBe(4420);
    expect([...anchors.centres.slice(0, 2)]).toEqual([0.0125, 1 / 60].map(Math.fround));
    expect([...anchors.sizes.slice(0, 2)]).toEqual([0.03125, 1 / 24].map(Math.fround));
    expect(Math.max(...anchors.sizes)).toBe(1);
  });

  it('replaces input shape, output rows and anchors', () => {
    const file = patched(model(graph), resizeRfb({ width: 480, height: 360 }));
    const shapes = graphOf(file)
      .filter((field) => field.number === graphFields.input || field.number === graphFields.output)
      .map(valueShape);
    expect(shapes).toEqual([
      [1, 3, 360, 480],
      [1, 9984, 2],
    ]);
    expect(patched(file, resizeRfb(native))).toEqual(model(graph));
  });

  it('changes nothing at the size that the model has', () => {
    expect(patched(model(graph), resizeRfb(native))).toEqual(model(graph));
  });

  it('refuses a graph without the anchors', () => {
    const file = model(graph.filter((field) => field !== graph[1]));
    expect(() => patched(file, resizeRfb({ width: 480, height: 360 }))).toThrow(
      'it has 2 of the 3 anchor constants of an RFB detector of 320x240',
    );
  });
});
