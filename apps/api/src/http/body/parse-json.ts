import { FaceError } from '@face/errors';
import { isUtf8 } from 'node:buffer';
import type { BodyRule } from '../endpoint.decorator.js';
import { checkShape } from './check-shape.js';
import { cutPhotos, putBack } from './cut-photos.js';

/**
 * @param expected where images are, long strings of base64 in a field `data` come back as their bytes
 * @throws FaceError `malformed_body` for what is no JSON in UTF-8, or JSON of a shape that no photos have; `non_finite_number` for the NaN and
 * Infinity that some JSON writers (Python's among them) put where a number belongs.
 */
export function parseJson(bytes: Buffer, expected: BodyRule['accepts']): unknown {
  if (bytes.length === 0) throw new FaceError('malformed_body', 'The request has no body.');
  if (expected !== 'images') return parseWhole(bytes);
  checkShape(bytes);
  return parseAroundPhotos(bytes) ?? parseWhole(bytes);
}

/** Undefined when there is nothing to gain, or something is wrong: the whole text tells where. */
function parseAroundPhotos(bytes: Buffer): unknown {
  const cut = cutPhotos(bytes);
  if (cut === undefined || !isUtf8(cut.rest)) return undefined;
  try {
    return putBack(JSON.parse(cut.rest.toString('utf8')), cut.photos);
  } catch {
    return undefined;
  }
}

function parseWhole(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new FaceError('malformed_body', 'The body is not UTF-8, as JSON has to be.');
  const text = bytes.toString('utf8');
  try {
    return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
  } catch (cause) {
    if (/[[,:]\s*-?(NaN|Infinity)\s*[,\]}]/.test(text)) {
      throw new FaceError('non_finite_number', 'The body holds NaN or Infinity where a number is expected.', {
        cause,
      });
    }
    throw new FaceError('malformed_body', `The body is not JSON${place(cause, text)}.`, { cause });
  }
}

/** Where it stops being JSON, without repeating what was sent. */
function place(error: unknown, text: string): string {
  const position = error instanceof Error ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
  if (position !== undefined) return `: it cannot be read from character ${position} on`;
  return /^\s*$/.test(text) ? ': it is blank' : ': it ends too early';
}
