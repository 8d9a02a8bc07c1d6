import sharp, { type Sharp } from 'sharp';
import type { Pixels } from './pixels.js';

/** A smooth picture in which every place has its own colour: red grows across, green down, blue falls across. */
export function gradient(width: number, height: number): Pixels {
  const data = new Uint8Array(width * height * 3);
  const columns = Array.from({ length: width }, (_, x) => colourAt((x + 0.5) / width, 0));
  for (let y = 0, at = 0; y < height; y++) {
    const green = colourAt(0, (y + 0.5) / height)[1];
    for (const [red, , blue] of columns) {
      data[at++] = red;
      data[at++] = green;
      data[at++] = blue;
    }
  }
  return { data, width, height };
}

/** RGB of {@link gradient} at a relative place in 0..1. */
export function colourAt(across: number, down: number): [number, number, number] {
  return [Math.round(20 + 200 * across), Math.round(30 + 200 * down), Math.round(220 - 180 * across)];
}

export function encoder({ data, width, height }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** An uncompressed Windows bitmap of {@link gradient}: 8 bits as grey levels, 16 as 5-5-5. */
export function bitmapFile(width: number, height: number, bits: 8 | 16 | 24 | 32, topDown = false): Buffer {
  const pixels = gradient(width, height);
  const palette = bits === 8 ? 256 * 4 : 0;
  const rowBytes = 4 * Math.ceil((width * bits) / 32);
  const file = Buffer.alloc(54 + palette + rowBytes * height);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54 + palette, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(topDown ? -height : height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(bits, 28);
  for (let i = 0; i < palette / 4; i++) file.writeUInt32LE(i * 0x010101, 54 + 4 * i);
  for (let y = 0; y < height; y++) {
    const row = 54 + palette + (topDown ? y : height - 1 - y) * rowBytes;
    for (let x = 0; x < width; x++) {
      const [red = 0, green = 0, blue = 0] = pixels.data.subarray((y * width + x) * 3);
      if (bits === 8) file[row + x] = red;
      else if (bits === 16)
        file.writeUInt16LE(((red >> 3) << 10) | ((green >> 3) << 5) | (blue >> 3), row + 2 * x);
      else file.set([blue, green, red], row + (bits / 8) * x);
    }
  }
  return file;
}
