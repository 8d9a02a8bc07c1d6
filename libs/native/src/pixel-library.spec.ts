import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtLibrary } from './built-library.fixture.js';
import { PixelLibrary, type PixelPart } from './pixel-library.js';

const library = PixelLibrary.open(builtLibrary('face_pixels'));
const plain = { channels: 'bgr', mean: 0, divisor: 1, mirrored: false } as const;

function picture(
  width: number,
  height: number,
  pixel: (x: number, y: number) => readonly number[],
): PixelPart {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(pixel(x, y), (y * width + x) * 3);
  return { data, width, height, stride: width * 3 };
}

function planesOf(
  from: PixelPart,
  width: number,
  height: number,
  format: Parameters<PixelLibrary['planes']>[4],
) {
  const planes = new Float32Array(3 * width * height);
  library.planes(from, { width, height }, planes, { width, height }, format);
  return planes;
}

describe('PixelLibrary', () => {
  it('tells its build', () => {
    expect(library.buildInfo).toMatch(/^face_pixels 1\.\d+\.\d+; /);
  });

  it('works in worker threads', async () => {
    const script = `
      const { parentPort, workerData } = require('node:worker_threads');
      const library = require('koffi').load(workerData);
      parentPort.postMessage(library.func('pixels_abi_version', 'uint32_t', [])());
    `;
    const versions = [1, 2].map(
      () =>
        new Promise((resolve, reject) => {
          const worker = new Worker(script, { eval: true, workerData: builtLibrary('face_pixels') });
          worker.once('message', resolve).once('error', reject);
        }),
    );
    expect(await Promise.all(versions)).toEqual([1, 1]);
  });

  it('reads and writes memory that is shared between threads', () => {
    const data = new Uint8Array(new SharedArrayBuffer(3)).fill(7);
    const planes = new Float32Array(new SharedArrayBuffer(12));
    const one = { width: 1, height: 1 };
    library.planes({ ...one, data, stride: 3 }, one, planes, one, plain);
    expect([...planes]).toEqual([7, 7, 7]);
  });
});

describe('PixelLibrary.planes', () => {
  it('splits channels in the order of the model and normalises them', () => {
    const one = picture(1, 1, () => [10, 20, 30]);
    expect([...planesOf(one, 1, 1, plain)]).toEqual([10, 20, 30]);
    expect([...planesOf(one, 1, 1, { ...plain, channels: 'rgb', mean: 10, divisor: 2 })]).toEqual([10, 5, 0]);
  });

  it('equals a plain loop, whatever the sizes', () => {
    const side = fc.integer({ min: 1, max: 40 });
    const noise = fc.infiniteStream(fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(side, side, side, side, noise, fc.boolean(), (w, h, toW, toH, levels, mirrored) => {
        const from = picture(w, h, () => [1, 2, 3].map(() => levels.next().value as number));
        const values = planesOf(from, toW, toH, { ...plain, mirrored });
        let source = from;
        while (source.width >= 2 * toW && source.height >= 2 * toH) source = halve(source);
        for (let y = 0; y < toH; y++) {
          for (let x = 0; x < toW; x++) {
            const column = mirrored ? toW - 1 - x : x;
            const across = ((column + 0.5) * source.width) / toW - 0.5;
            const exact = bilinear(source, across, ((y + 0.5) * source.height) / toH - 0.5);
            exact.forEach((value, plane) =>
              expect(values[(plane * toH + y) * toW + x]).toBeCloseTo(value, 3),
            );
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('stays inside the range of its neighbours and never reads beyond the picture', () => {
    const side = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(side, side, side, side, (w, h, toW, toH) => {
        // A frame of 255 around the picture, as a letterbox might hold: it must not show.
        const framed = picture(w + 3, h + 3, (x, y) =>
          x < w && y < h ? [x % 7, y % 5, 3] : [255, 255, 255],
        );
        const values = planesOf({ ...framed, width: w, height: h }, toW, toH, plain);
        expect(Math.max(...values)).toBeLessThanOrEqual(6.001);
      }),
    );
  });

  it('puts pixel centres at .5: a ramp doubled in width keeps its slope', () => {
    const ramp = picture(4, 1, (x) => [10 * x, 0, 0]);
    expect([...planesOf(ramp, 8, 1, plain).slice(0, 8)]).toEqual([0, 2.5, 7.5, 12.5, 17.5, 22.5, 27.5, 30]);
  });

  it('takes the rounded mean of 2x2 pixels and leaves an odd border out', () => {
    const from = picture(3, 2, (x, y) => [x + 2 * y, 255, x === 2 ? 200 : 0]);
    expect([...planesOf(from, 1, 1, plain)]).toEqual([2, 255, 0]);
  });

  it('writes the top left corner only', () => {
    const planes = new Float32Array(3 * 16).fill(-1);
    const from = picture(2, 2, () => [5, 6, 7]);
    library.planes(from, { width: 2, height: 2 }, planes, { width: 4, height: 4 }, plain);
    expect([...planes.slice(0, 8)]).toEqual([5, 5, -1, -1, 5, 5, -1, -1]);
    expect([...planes.slice(8, 16)]).toEqual(new Array(8).fill(-1));
  });
});

describe('PixelLibrary.greyCrop', () => {
  const grey = new Float32Array(64 * 64);
  const crop = (from: PixelPart, box: readonly [number, number, number, number]) =>
    library.greyCrop(from, box, 256, grey);

  it('weighs the channels for the eye', () => {
    crop(
      picture(9, 9, () => [255, 0, 0]),
      [0, 0, 9, 9],
    );
    expect(grey[2000]).toBeCloseTo((0.114 * 255) / 256, 5);
    crop(
      picture(9, 9, () => [0, 255, 0]),
      [0, 0, 9, 9],
    );
    expect(grey[2000]).toBeCloseTo((0.587 * 255) / 256, 5);
  });

  it('gives the pixels themselves for a box of 64 pixels', () => {
    const noise = picture(80, 80, (x, y) => new Array<number>(3).fill((x * 31 + y * 57) % 256));
    crop(noise, [8, 9, 72, 73]);
    expect(grey[0]).toBeCloseTo(((8 * 31 + 9 * 57) % 256) / 256, 5);
    expect(grey[64 * 63 + 5]).toBeCloseTo(((13 * 31 + 72 * 57) % 256) / 256, 5);
  });

  it('keeps one colour one colour, stays in range and inside the picture for any box', () => {
    const share = fc.float({ min: 0, max: 1, noNaN: true });
    const framed = picture(50, 40, (x, y) => (x < 47 && y < 37 ? [90, 90, 90] : [255, 255, 255]));
    fc.assert(
      fc.property(share, share, share, share, (a, b, c, d) => {
        const [left, top] = [a * 46, b * 36];
        const box = [left, top, Math.min(left + 1 + c * 47, 47), Math.min(top + 1 + d * 37, 37)] as const;
        crop({ ...framed, width: 47, height: 37 }, box);
        expect(Math.min(...grey)).toBeCloseTo(90 / 256, 4);
        expect(Math.max(...grey)).toBeCloseTo(90 / 256, 4);
      }),
    );
  });

  it('does not overshoot at edges', () => {
    const edge = picture(20, 20, (x) => new Array<number>(3).fill(x < 10 ? 0 : 255));
    crop(edge, [4, 4, 16, 16]);
    expect(Math.min(...grey)).toBe(0);
    expect(Math.max(...grey)).toBeLessThanOrEqual(255 / 256);
  });
});

describe('PixelLibrary refuses', () => {
  const rgb = { data: new Uint8Array(12), width: 2, height: 2 };
  const bgr = { ...rgb, stride: 6 };
  const one = { width: 1, height: 1 };
  const planes = new Float32Array(12);
  const grey = new Float32Array(64 * 64);
  const frame = new Uint8Array(12);

  it.each([
    ['too few bytes', () => library.letterbox({ ...rgb, width: 3 }, rgb, rgb, frame)],
    ['another length of the frame', () => library.letterbox(rgb, one, one, frame)],
    ['half a pixel', () => library.letterbox({ ...rgb, width: 0.5, height: 8 }, rgb, rgb, frame)],
    ['half a pixel of the fit', () => library.letterbox(rgb, { width: 1.5, height: 1 }, rgb, frame)],
    ['a side of 0', () => library.letterbox({ ...rgb, width: 0 }, rgb, rgb, frame)],
    ['a face of another size', () => library.warpFace(rgb, [1, 0, 0, 0], frame)],
    ['a short stride', () => library.planes({ ...bgr, stride: 5 }, rgb, planes, rgb, plain)],
    ['a long stride', () => library.planes({ ...bgr, stride: 7 }, rgb, planes, rgb, plain)],
    ['another number of planes', () => library.planes(bgr, one, planes, one, plain)],
    ['another size of the crop', () => library.greyCrop(bgr, [0, 0, 1, 1], 1, planes)],
  ])('%s', (_what, call) => {
    expect(call).toThrow(RangeError);
  });

  it('another kind of array', () => {
    const words = new Uint16Array(12) as unknown as Uint8Array;
    const doubles = new Float64Array(12) as unknown as Float32Array;
    expect(() => library.letterbox({ ...rgb, data: words }, rgb, rgb, frame)).toThrow(TypeError);
    expect(() => library.planes({ ...bgr, data: words }, rgb, planes, rgb, plain)).toThrow(TypeError);
    expect(() => library.planes(bgr, rgb, doubles, rgb, plain)).toThrow(TypeError);
  });

  it.each([
    ['a picture larger than its frame', () => library.letterbox(rgb, { width: 3, height: 1 }, rgb, frame)],
    ['a place that is no number', () => library.warpFace(rgb, [1, 0, Number.NaN, 0], new Uint8Array(37_632))],
    ['a divisor of 0', () => library.planes(bgr, rgb, planes, rgb, { ...plain, divisor: 0 })],
    ['a box outside', () => library.greyCrop(bgr, [0, 0, 3, 1], 1, grey)],
    ['one memory for both', () => library.letterbox(rgb, rgb, rgb, rgb.data)],
  ])('%s, in the words of the library', (_what, call) => {
    expect(call).toThrow(/^libface_pixels\.\w+ failed with status \d: /);
  });
});

function halve(from: PixelPart): PixelPart {
  return picture(from.width >> 1, from.height >> 1, (x, y) =>
    [0, 1, 2].map((channel) => {
      const at = (dx: number, dy: number) =>
        from.data[(2 * y + dy) * from.stride + 3 * (2 * x + dx) + channel]!;
      return (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1) + 2) >> 2;
    }),
  );
}

function bilinear({ data, width, height, stride }: PixelPart, x: number, y: number): number[] {
  const [cx, cy] = [Math.min(Math.max(x, 0), width - 1), Math.min(Math.max(y, 0), height - 1)];
  const [left, top] = [Math.floor(cx), Math.floor(cy)];
  const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
  return [0, 1, 2].map((channel) => {
    const at = (column: number, row: number) => data[row * stride + 3 * column + channel]!;
    const upper = at(left, top) * (1 - cx + left) + at(right, top) * (cx - left);
    const lower = at(left, bottom) * (1 - cx + left) + at(right, bottom) * (cx - left);
    return upper * (1 - cy + top) + lower * (cy - top);
  });
}
