import { FaceError } from '@face/errors';

const dataUriHead = /^data:[^,]{0,256}?(;base64)?,/i;
const whitespace = /[\t\n\f\r ]+/g;

/**
 * Bytes of an image as it came: bytes already, or a base64 string (RFC 4648 section 4, padded) or data URI. Line breaks
 * and blanks in base64 are tolerated, because many encoders wrap lines.
 * @param maxBytes of the decoded image.
 * @throws FaceError `invalid_base64`, `payload_too_large`.
 */
export function readImageData(data: string | Uint8Array, maxBytes: number): Uint8Array {
  if (typeof data !== 'string') return checkSize(data, maxBytes);
  const base64 = withoutDataUriHead(data);
  const bytes = decode(base64) ?? decode(base64.replace(whitespace, ''));
  if (bytes === undefined) {
    throw new FaceError('invalid_base64', 'The data is not base64.');
  }
  return checkSize(bytes, maxBytes);
}

function withoutDataUriHead(data: string): string {
  if (!/^data:/i.test(data)) return data;
  const head = dataUriHead.exec(data);
  if (head?.[1] === undefined) throw new FaceError('invalid_base64', 'The data URI is not base64.');
  return data.slice(head[0].length);
}

/**
 * Node skips what is not base64 and stops at the first padding, and takes the alphabet for URLs too: what went in has
 * to be as long as what came out says. Comparing lengths is faster than looking at each character.
 */
function decode(base64: string): Uint8Array | undefined {
  if (base64.length % 4 !== 0 || base64.includes('-') || base64.includes('_')) return undefined;
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.byteLength === (base64.length / 4) * 3 - padding ? bytes : undefined;
}

function checkSize(bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (bytes.byteLength > maxBytes) {
    throw new FaceError(
      'payload_too_large',
      `The image has ${bytes.byteLength} bytes, allowed are ${maxBytes}.`,
    );
  }
  return bytes;
}
