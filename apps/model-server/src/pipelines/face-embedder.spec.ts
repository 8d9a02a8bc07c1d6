import { pixelLibrary } from '@face/native';
import { describe, expect, it } from 'vitest';
import { writeFacePlanes } from './face-embedder.js';

const pixels = pixelLibrary();
const count = 112 * 112;
const face = Uint8Array.from({ length: 3 * count }, (_, index) => (index * 7) % 256);
const at = (row: number, column: number, channel: number) => face[(row * 112 + column) * 3 + channel] ?? NaN;

describe('writeFacePlanes', () => {
  const planes = new Float32Array(3 * count);

  it('writes channels in the order of the model, normalised', () => {
    writeFacePlanes(pixels, face, 'face', { channels: 'bgr', mean: 127.5, divisor: 128 }, planes);
    expect(planes[5 * 112 + 9]).toBeCloseTo((at(5, 9, 0) - 127.5) / 128, 6);
    expect(planes[2 * count + 5 * 112 + 9]).toBeCloseTo((at(5, 9, 2) - 127.5) / 128, 6);
    writeFacePlanes(pixels, face, 'face', { channels: 'rgb', mean: 0, divisor: 1 }, planes);
    expect(planes[5 * 112 + 9]).toBe(at(5, 9, 2));
    expect(planes[count + 5 * 112 + 9]).toBe(at(5, 9, 1));
  });

  it('mirrors left and right, not top and bottom', () => {
    writeFacePlanes(pixels, face, 'mirror', { channels: 'bgr', mean: 0, divisor: 1 }, planes);
    expect(planes[5 * 112 + 9]).toBe(at(5, 102, 0));
    expect(planes[count]).toBe(at(0, 111, 1));
  });

  it('refuses another size', () => {
    expect(() =>
      writeFacePlanes(pixels, new Uint8Array(9), 'face', { channels: 'bgr', mean: 0, divisor: 1 }, planes),
    ).toThrow('an aligned face has 37632 bytes, got 9');
  });
});
