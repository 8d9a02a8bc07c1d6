import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodeCropPng } from './crop-png.js';

describe('encodeCropPng', () => {
  it('gives a PNG that decodes to the same colours', async () => {
    const crop = Uint8Array.from({ length: 112 * 112 * 3 }, (_, i) => (i * 7919) >> 3);
    const { data, info } = await sharp(await encodeCropPng(crop))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([112, 112, 3]);
    for (let i = 0; i < crop.length; i += 3) {
      expect([data[i + 2], data[i + 1], data[i]]).toEqual([...crop.subarray(i, i + 3)]);
    }
  });

  it('takes nothing but a crop', async () => {
    await expect(encodeCropPng(new Uint8Array(10))).rejects.toThrow(RangeError);
  });
});
