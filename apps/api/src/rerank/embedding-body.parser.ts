import { FaceError } from '@face/errors';
import { releaseBytes } from '@face/image';
import { Injectable, type OnModuleDestroy, type Type } from '@nestjs/common';
import { availableParallelism } from 'node:os';
import { Settings } from '../config/settings.js';
import type { JsonParser } from '../http/body/json-parser.js';
import type { BodyResult } from './body/body-messages.js';
import { BodyThreads } from './body/body-threads.js';
import { joinBody, readEmbeddingBody } from './body/embedding-body.js';
import { putRowsBack } from './body/marked-rows.js';

/** Bytes that are parsed on the event loop, in about a millisecond; more goes to a thread. */
const parsedOnEventLoop = 262_144;

/** One core stays free for the event loop. More threads than this wait for the network anyway. */
const threads = Math.max(1, Math.min(4, availableParallelism() - 1));

/** Reads bodies of /rerank and /merge: embeddings into typed rows, everything else as JSON.parse does. */
@Injectable()
export class EmbeddingBodyParser implements JsonParser, OnModuleDestroy {
  readonly #threads = new BodyThreads(threads);

  constructor(private readonly settings: Settings) {}

  async onModuleDestroy(): Promise<void> {
    await this.#threads.close();
  }

  /**
   * @throws FaceError as parseJson() does; `payload_too_large` when a thread's memory is not enough for it;
   * `validation_failed` and `too_many_candidates` when it is large beside its embeddings too.
   */
  async parse(bytes: Buffer<ArrayBuffer>, type: Type<object>, signal: AbortSignal): Promise<unknown> {
    if (bytes.length <= parsedOnEventLoop) return readEmbeddingBody(bytes);
    const job = { bytes: ownMemory(bytes), type: type.name, maxCandidates: this.settings.maxCandidates };
    const result = await this.#threads.read({ ...job, task: 'cut' }, signal);
    if (result.kind !== 'cut') return valueOf(result);
    const value = joinBody(result.text, result.marked);
    if (value === undefined) {
      return valueOf(await this.#threads.read({ ...job, bytes: result.bytes, task: 'refuse' }, signal));
    }
    releaseBytes(result.bytes);
    return value;
  }
}

/** Only a whole ArrayBuffer can go to another thread. */
function ownMemory(bytes: Buffer<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.length === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}

function valueOf(result: BodyResult): unknown {
  switch (result.kind) {
    case 'value':
      return putRowsBack(result.value, result.marked);
    case 'refused': {
      const { code, message, errors, cause } = result.error;
      throw new FaceError(code, message, { cause, ...(errors === undefined ? {} : { errors }) });
    }
    case 'failed':
      throw result.error;
    case 'cut':
      throw new Error('A thread found nothing wrong with a body that is no JSON.');
  }
}
