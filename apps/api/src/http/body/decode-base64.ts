/** Characters decoded at a time: a multiple of 4, and few enough that the strings made of them die young. */
const pieceLength = 49_152;

const padding = 0x3d;
const dash = 0x2d;
const underscore = 0x5f;

/**
 * Base64 (RFC 4648 section 4, padded, without blanks) from the bytes of its characters, without making one long
 * string of them.
 * @returns undefined when it is anything else
 */
export function decodeBase64(text: Buffer): Uint8Array | undefined {
  const { length } = text;
  if (length % 4 !== 0 || text.includes(dash) || text.includes(underscore)) return undefined;
  const padded = text[length - 1] !== padding ? 0 : text[length - 2] !== padding ? 1 : 2;
  const bytes = Buffer.allocUnsafeSlow((length / 4) * 3 - padded);
  let written = 0;
  for (let from = 0; from < length; from += pieceLength) {
    const to = Math.min(from + pieceLength, length);
    // Node skips what is not base64 and stops at padding: the piece then gives less than its length says.
    const got = bytes.write(text.toString('latin1', from, to), written, 'base64');
    if (got !== ((to - from) / 4) * 3 - (to === length ? padded : 0)) return undefined;
    written += got;
  }
  return bytes;
}
