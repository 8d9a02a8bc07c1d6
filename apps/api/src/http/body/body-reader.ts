import { FaceError } from '@face/errors';
import { releaseBytes } from '@face/image';
import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Settings } from '../../config/settings.js';
import type { BodyRule } from '../endpoint.decorator.js';
import { requestContextOf } from '../request-context.js';
import { isObject } from '../validation/list-of.js';
import { BodyBudget } from './body-budget.js';
import { bodyLimits } from './body-limits.js';
import { readFlags, readQueryFlags } from './flags.js';
import { parseJson } from './parse-json.js';
import { parseMultipart, type BodyLimits } from './parse-multipart.js';
import { admitAnnouncedLength, announcedLength, type IncomingBody, readBytes } from './read-bytes.js';

/** What is read for whom. */
export interface ReadingTask {
  readonly rule: BodyRule;
  /** As in ParsedRequest. */
  readonly handled: AbortSignal;
}

/**
 * Reads what a handler's rule allows into the one shape that its DTO describes; checks nothing of the content. Flags may
 * stand in the query string whatever the body is; those of the body win.
 */
@Injectable()
export class BodyReader {
  readonly #limits: BodyLimits;

  constructor(
    settings: Settings,
    private readonly budget: BodyBudget,
    private readonly modules: ModuleRef,
  ) {
    this.#limits = bodyLimits(settings);
  }

  /**
   * @throws FaceError `unsupported_media_type`, `payload_too_large`, `overloaded`, `malformed_body` and what its readers
   * throw.
   */
  async read(request: IncomingMessage, response: ServerResponse, task: ReadingTask): Promise<unknown> {
    const { rule } = task;
    const { signal, record } = requestContextOf(request);
    // A caller who has gone closed the response already: what is reserved for it now would stay so.
    signal.throwIfAborted();
    const { bodyBytes, imageBytes } = this.#limits;
    const mediaType = mediaTypeOf(request, rule);
    const body: IncomingBody = { request, signal, reservation: this.budget.open(response) };
    record.bodyBytes = () => body.reservation.bytes;
    admitAnnouncedLength(body, mediaType === 'image' ? imageBytes : bodyBytes);
    // Held back until here (see app.configure.ts): what is refused up to now is refused without its body.
    if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
    switch (mediaType) {
      case 'json': {
        const value = await this.#readJson(body, task);
        return rule.accepts === 'images' && isObject(value)
          ? { ...readQueryFlags(request, rule.type, { known: true }), ...value }
          : value;
      }
      case 'multipart': {
        const { images, flags } = await parseMultipart(body, this.#limits);
        return {
          ...readQueryFlags(request, rule.type, { known: true }),
          ...readFlags(flags, rule.type),
          images,
        };
      }
      case 'image': {
        const data = await readBytes(body, imageBytes);
        return { ...readQueryFlags(request, rule.type, { known: false }), images: [{ data }] };
      }
    }
  }

  async #readJson(body: IncomingBody, { rule, handled }: ReadingTask): Promise<unknown> {
    const { bodyBytes } = this.#limits;
    const { type, accepts } = rule;
    if (rule.parser !== undefined) {
      const parser = this.modules.get(rule.parser, { strict: false });
      const bytes = await readBytes(body, bodyBytes, (length) => parser.memoryFor(length));
      return parser.parse(bytes, { type, signal: body.signal, handled });
    }
    const bytes = await readBytes(body, bodyBytes);
    try {
      return parseJson(bytes, accepts);
    } finally {
      // What the parser gives are copies.
      releaseBytes(bytes);
    }
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

function isEmpty(request: IncomingMessage): boolean {
  return request.headers['transfer-encoding'] === undefined && (announcedLength(request) ?? 0) === 0;
}
