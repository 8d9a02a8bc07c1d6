import { promisify } from 'node:util';
import { crc32, deflate } from 'node:zlib';
import { alignedSize } from './alignment.js';

const compress = promisify(deflate);

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Of PNG's row filters (W3C PNG, chapter 9) the one that stores differences to the pixel on the left. */
const subFilter = 1;

/**
 * An aligned face as a PNG file. Written here, since a PNG of this size is a header around one call of zlib, and
 * it is then the same with and without sharp.
 * @param crop BGR, 8 bit, 112 * 112 * 3 bytes
 */
export async function encodeCropPng(crop: Uint8Array): Promise<Buffer> {
  const rowBytes = alignedSize * 3;
  if (crop.length !== alignedSize * rowBytes) {
    throw new RangeError(`a crop has ${alignedSize * rowBytes} bytes, this one ${crop.length}`);
  }
  const rows = Buffer.alloc(alignedSize * (rowBytes + 1));
  for (let y = 0, from = 0, to = 0; y < alignedSize; y++) {
    rows[to++] = subFilter;
    for (let x = 0; x < alignedSize; x++, from += 3) {
      for (let channel = 2; channel >= 0; channel--) {
        const before = x === 0 ? 0 : crop[from - 3 + channel]!;
        rows[to++] = crop[from + channel]! - before;
      }
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(alignedSize, 0);
  header.writeUInt32BE(alignedSize, 4);
  header[8] = 8; // bits a sample
  header[9] = 2; // RGB; compression, filter method and interlace stay 0
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', await compress(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
