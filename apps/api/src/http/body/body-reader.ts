import { FaceError } from '@face/errors';
import { releaseBytes } from '@face/image';
import { Injectable } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Settings } from '../../config/settings.js';
import type { BodyRule } from '../endpoint.decorator.js';
import { requestContextOf } from '../request-context.js';
import { bodyLimits } from './body-limits.js';
import { readFlags } from './flags.js';
import { parseJson } from './parse-json.js';
import { parseMultipart, type BodyLimits } from './parse-multipart.js';
import { readBytes, refuseAnnouncedLength } from './read-bytes.js';

/** Reads what a handler's rule allows into the one shape that its DTO describes; checks nothing of the content. */
@Injectable()
export class BodyReader {
  readonly #limits: BodyLimits;

  constructor(settings: Settings) {
    this.#limits = bodyLimits(settings);
  }

  /** @throws FaceError `unsupported_media_type`, `payload_too_large`, `malformed_body` and what its readers throw. */
  async read(request: IncomingMessage, response: ServerResponse, rule: BodyRule): Promise<unknown> {
    const { signal } = requestContextOf(request);
    const mediaType = mediaTypeOf(request, rule);
    refuseAnnouncedLength(request, mediaType === 'image' ? this.#limits.imageBytes : this.#limits.bodyBytes);
    // Held back until here (see app.configure.ts): what is refused up to now is refused without its body.
    if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
    switch (mediaType) {
      case 'json':
        return takeJson(await readBytes(request, this.#limits.bodyBytes, signal), rule);
      case 'multipart': {
        const { images, flags } = await parseMultipart(request, this.#limits, signal);
        return { ...readFlags(flags, rule.type), images };
      }
      case 'image': {
        const data = await readBytes(request, this.#limits.imageBytes, signal);
        const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
        return { ...readFlags(query, rule.type), images: [{ data }] };
      }
    }
  }
}

/** What the parser gives are copies. */
function takeJson(bytes: Buffer, { accepts }: BodyRule): unknown {
  try {
    return parseJson(bytes, accepts);
  } finally {
    releaseBytes(bytes);
  }
}

function mediaTypeOf(request: IncomingMessage, { accepts }: BodyRule): 'json' | 'multipart' | 'image' {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new FaceError('unsupported_media_type', 'Compressed bodies (Content-Encoding) are not accepted.');
  }
  const given = request.headers['content-type'];
  const type = given?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json') return 'json';
  if (accepts === 'images') {
    if (type === 'multipart/form-data') return 'multipart';
    if (type === 'application/octet-stream' || type.startsWith('image/')) return 'image';
  }
  if (given === undefined && isEmpty(request)) {
    throw new FaceError('malformed_body', 'The request has no body.');
  }
  const expected =
    accepts === 'json'
      ? 'application/json'
      : 'application/json, multipart/form-data, application/octet-stream or image/*';
  throw new FaceError(
    'unsupported_media_type',
    type === ''
      ? `The request has no Content-Type, expected ${expected}.`
      : `The media type is not accepted here, expected ${expected}.`,
  );
}

function isEmpty({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && (headers['content-length'] ?? '0') === '0';
}
