import { describe, expect, it } from 'vitest';
import { writeFacePlanes } from './face-embedder.js';

const pixels = 112 * 112;
const face = Uint8Array.from({ length: 3 * pixels }, (_, index) => (index * 7) % 256);
const at = (row: number, column: number, channel: number) => face[(row * 112 + column) * 3 + channel] ?? NaN;

describe('writeFacePlanes', () => {
  const planes = new Float32Array(3 * pixels);

  it('writes channels in the order of the model, normalised', () => {
    writeFacePlanes(face, 'face', { channels: 'bgr', mean: 127.5, divisor: 128 }, planes);
    expect(planes[5 * 112 + 9]).toBeCloseTo((at(5, 9, 0) - 127.5) / 128, 6);
    expect(planes[2 * pixels + 5 * 112 + 9]).toBeCloseTo((at(5, 9, 2) - 127.5) / 128, 6);
    writeFacePlanes(face, 'face', { channels: 'rgb', mean: 0, divisor: 1 }, planes);
    expect(planes[5 * 112 + 9]).toBe(at(5, 9, 2));
    expect(planes[pixels + 5 * 112 + 9]).toBe(at(5, 9, 1));
  });

  it('mirrors left and right, not top and bottom', () => {
    writeFacePlanes(face, 'mirror', { channels: 'bgr', mean: 0, divisor: 1 }, planes);
    expect(planes[5 * 112 + 9]).toBe(at(5, 102, 0));
    expect(planes[pixels]).toBe(at(0, 111, 1));
  });

  it('refuses another size', () => {
    expect(() =>
      writeFacePlanes(new Uint8Array(9), 'face', { channels: 'bgr', mean: 0, divisor: 1 }, planes),
    ).toThrow('an aligned face has 37632 bytes, got 9');
  });
});
